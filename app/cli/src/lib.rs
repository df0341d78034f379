//! The command line of people: the verbs of the lobby, carried out by the API, and what only a program on one's own
//! computer can do. The server's program of that name hands the same verbs to [`main`].
//!
//! It asks one thing after the other, so it has neither threads nor a runtime, and nothing of the server is in it.

mod accounts;
mod client;
mod completion;
mod exit;
mod files;
mod grammar;
mod login;
mod print;
mod run;
mod ssh;

use std::ffi::OsString;
use std::process::ExitCode;

use exit::Failure;
use grammar::{Call, Own};

/// Whether that is the first word of something that [`main`] is for; `help` is for the whole program.
pub fn knows(first: &str) -> bool {
    matches!(first, "--as" | "--json" | "list") || grammar::all().any(|verb| verb.word == first && first != "help")
}

/// What `--help` of the server's program says of them.
pub fn help() -> String {
    grammar::help()
}

/// Carries out what the words behind the program's name ask for.
pub fn main(words: Vec<OsString>) -> ExitCode {
    match said(words) {
        Ok(code) => code,
        Err(failure) => failure.told(),
    }
}

fn said(words: Vec<OsString>) -> Result<ExitCode, Failure> {
    let words = words.into_iter().map(OsString::into_string).collect::<Result<Vec<_>, _>>();
    let words = words.map_err(|word| {
        Failure::usage(format!("{} is not text in UTF-8, and every word has to be.", word.to_string_lossy()))
    })?;
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let (wanted, call) = grammar::parse(&words).map_err(Failure::usage)?;
    match call {
        Call::Shared(command, json) => run::run(wanted.as_deref(), command, json).map_err(|why| why.in_json(json)),
        Call::Own(own) => carry_out(wanted.as_deref(), own),
    }
}

fn carry_out(wanted: Option<&str>, own: Own) -> Result<ExitCode, Failure> {
    match own {
        Own::Version => print::out(&format!("dockhost {}\n", env!("CARGO_PKG_VERSION"))),
        Own::Login { url, token, authority } => login::login(&url, token, authority.as_deref())?,
        Own::Logout { forget } => login::logout(wanted, forget)?,
        Own::Accounts { json } => login::accounts(json)?,
        Own::Use { account } => login::choose(&account)?,
        Own::Ssh { options, name, command } => return ssh::enter(wanted, &options, &name, &command),
        Own::Exec { terminal, name, command } => return ssh::execute(wanted, terminal, &name, &command),
        Own::Copy { options, from, to } => return ssh::copy(wanted, &options, &from, &to),
        Own::ConfigSsh => ssh::configure(wanted)?,
        Own::Completion { shell } => print::out(completion::script(shell)),
        Own::Complete { words } => print::out(&completion::candidates(wanted, &words)),
    }
    Ok(ExitCode::SUCCESS)
}
