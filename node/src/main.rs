//! `dockhost-node`: see `--help`.

use std::io::Write as _;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser as _;
use node::config::{Arguments, Command, Config};
use node::doctor::{self, Subject};
use node::handshake::enter;
use node::{enrol, logs, process, run};

/// What is still busy in the background at the end (a disk that hangs) is left behind after this long.
const LEAVE_BEHIND: Duration = Duration::from_millis(500);
const UNIT: &str = include_str!("../dockhost-node.service");

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    logs::begin(arguments.log);
    match arguments.command.clone() {
        Some(Command::Doctor { json }) => examine(arguments, json),
        Some(Command::Enrol) => become_node(&arguments),
        Some(Command::SystemdUnit) => print(UNIT),
        Some(Command::Enter { pid, container }) => visit(pid, &container),
        None => work(arguments),
    }
}

fn work(arguments: Arguments) -> ExitCode {
    let config = match Config::check(arguments) {
        Ok(config) => config,
        Err(error) => return fail(&error.into(), 2),
    };
    process::settle();
    match on_runtime(run::run(config)) {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(error)) | Err(error) => fail(&error, 1),
    }
}

fn examine(arguments: Arguments, json: bool) -> ExitCode {
    match on_runtime(doctor::examine(Subject::of(arguments), json)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => fail(&error, 1),
    }
}

fn become_node(arguments: &Arguments) -> ExitCode {
    match on_runtime(enrol::enrol(arguments, std::io::stdin().lock())) {
        Ok(Ok(says)) => print(&format!("{says}\n")),
        Ok(Err(error)) | Err(error) => fail(&error, 1),
    }
}

/// Before there is a second thread.
fn visit(pid: i32, container: &str) -> ExitCode {
    match enter::enter(pid, container) {
        Ok(()) => ExitCode::SUCCESS,
        Err(enter::Refused::Gone) => ExitCode::from(enter::GONE),
        Err(error) => fail(&error.into(), 1),
    }
}

fn print(text: &str) -> ExitCode {
    match std::io::stdout().write_all(text.as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error.into(), 1),
    }
}

fn on_runtime<T>(work: impl Future<Output = T>) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let done = runtime.block_on(work);
    runtime.shutdown_timeout(LEAVE_BEHIND);
    Ok(done)
}

/// One line, whatever the log is set to.
fn fail(error: &anyhow::Error, code: u8) -> ExitCode {
    // Without a standard error there is nobody to tell.
    let _ = writeln!(std::io::stderr(), "error: {error:#}");
    ExitCode::from(code)
}
