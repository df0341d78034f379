//! The program `dockhost`: serves the pages, the server functions and the nodes' channel.

mod admin;
mod arguments;
mod backup;
mod description;
mod exposed;
mod log;
mod pages;
mod recover;
mod serve;

use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser;

use arguments::{Arguments, Command};

/// An embedded SurrealDB evaluates queries by recursion and asks for this much on every thread.
const STACK_BYTES: usize = 10 << 20;

pub fn main() -> ExitCode {
    // People's verbs have a grammar of their own, and need nothing of a server.
    let words: Vec<OsString> = std::env::args_os().skip(1).collect();
    if words.first().and_then(|first| first.to_str()).is_some_and(cli::knows) {
        return cli::main(words);
    }
    let arguments = Arguments::parse();
    // Whatever is written is for the eyes of whoever runs this, and of nobody else on the machine.
    control::machine::keep_private();
    log::start();
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
    if let Some(database) = &arguments.database {
        control::store::may_dial(database, arguments.insecure_database).map_err(anyhow::Error::msg)?;
    }
    match arguments.command {
        Command::Serve(serve) => serve::serve(arguments.data_dir, arguments.database, *serve).await,
        Command::Backup { file, activity } => {
            backup::backup(arguments.data_dir, arguments.database, &file, activity).await
        }
        Command::Restore { file } => backup::restore(arguments.data_dir, arguments.database, &file).await,
        Command::Recover(recover) => recover::run(arguments.data_dir, arguments.database, recover).await,
        Command::Admin(command) => admin::run(arguments.data_dir, arguments.database, command).await,
    }
}

/// The last words of a command go to its user, whatever the log filter says.
fn report(error: &anyhow::Error) {
    let causes: Vec<String> = error.chain().map(ToString::to_string).collect();
    // Without a standard error there is nobody to tell.
    let _ = writeln!(std::io::stderr(), "dockhost: {}", causes.join(": "));
}
