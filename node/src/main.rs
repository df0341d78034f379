//! `dockhost-node`: see `--help`.

use std::io::Write as _;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser as _;
use node::config::{Arguments, Config};
use node::{logs, run};

/// What is still busy in the background at the end (a disk that hangs) is left behind after this long.
const LEAVE_BEHIND: Duration = Duration::from_millis(500);

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    logs::begin(arguments.log);
    let config = match Config::check(arguments) {
        Ok(config) => config,
        Err(error) => return fail(&error.into(), 2),
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error.into(), 1),
    };
    let ended = runtime.block_on(run::run(config));
    runtime.shutdown_timeout(LEAVE_BEHIND);
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error, 1),
    }
}

/// One line, whatever the log is set to.
fn fail(error: &anyhow::Error, code: u8) -> ExitCode {
    // Without a standard error there is nobody to tell.
    let _ = writeln!(std::io::stderr(), "error: {error:#}");
    ExitCode::from(code)
}
