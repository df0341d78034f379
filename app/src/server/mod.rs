//! The program `dockhost`: serves the pages, the server functions and the node gateway.

mod admin;
mod arguments;
mod backup;
mod recover;
mod serve;

use std::io::{IsTerminal, Write as _};
use std::process::ExitCode;

use clap::Parser;
use tracing_subscriber::EnvFilter;

use arguments::{Arguments, Command};

/// An embedded SurrealDB evaluates queries by recursion and asks for this much on every thread.
const STACK_BYTES: usize = 10 << 20;

/// Without `RUST_LOG`. SurrealDB reports its own background tasks as errors whenever it is closed.
const USUAL_LOG: &str = "info,dioxus_server=warn,surrealdb=warn,surrealdb_core::kvs::tasks=off";

pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    start_log();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().thread_stack_size(STACK_BYTES).build();
    let done = match runtime {
        Ok(runtime) => runtime.block_on(run(arguments)),
        Err(error) => Err(anyhow::Error::new(error).context("cannot start the threads")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report(&error);
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> anyhow::Result<()> {
    match arguments.command {
        Command::Serve(serve) => serve::serve(arguments.data_dir, arguments.database, *serve).await,
        Command::Backup { file } => backup::backup(arguments.data_dir, arguments.database, &file).await,
        Command::Restore { file } => backup::restore(arguments.data_dir, arguments.database, &file).await,
        Command::Recover(recover) => recover::run(arguments.data_dir, arguments.database, recover).await,
        Command::Admin(command) => admin::run(arguments.data_dir, arguments.database, command).await,
    }
}

/// To standard error, so that what a command answers stays alone on standard output.
fn start_log() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(USUAL_LOG));
    // Of a line that could not be written it would tell on the same standard error, and panic there.
    let log = tracing_subscriber::fmt().with_env_filter(filter).log_internal_errors(false);
    log.with_writer(std::io::stderr).with_ansi(std::io::stderr().is_terminal()).init();
}

/// The last words of a command go to its user, whatever the log filter says.
fn report(error: &anyhow::Error) {
    let causes: Vec<String> = error.chain().map(ToString::to_string).collect();
    // Without a standard error there is nobody to tell.
    let _ = writeln!(std::io::stderr(), "dockhost: {}", causes.join(": "));
}
