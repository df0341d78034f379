//! Commands for the operator: one request to the running server, or the same work on its database.

use std::io::{BufRead, IsTerminal};
use std::path::PathBuf;

use anyhow::Context;
use control::Config;
use control::console::{ConsoleAnswer, ConsoleRequest, NodeState};
use control::operator::call;
use model::node::{EngineState, Liveness};
use model::request::SignUpMode;
use model::view::{PersonRow, PersonView};

use super::arguments::Admin;

pub(super) async fn run(data_dir: PathBuf, database: Option<String>, command: Admin) -> anyhow::Result<()> {
    let request = match command {
        Admin::CreateAdministrator { username, email } => {
            ConsoleRequest::CreateAdministrator { username, email, password: read_password()? }
        }
        Admin::ResetPassword { username } => ConsoleRequest::ResetPassword { username, password: read_password()? },
        Admin::CreateToken { username, name } => ConsoleRequest::CreateToken { username, name },
        Admin::People => ConsoleRequest::ListPeople,
        Admin::MakeAdministrator { username } => ConsoleRequest::SetAdministrator { username, administrator: true },
        Admin::NoLongerAdministrator { username } => {
            ConsoleRequest::SetAdministrator { username, administrator: false }
        }
        Admin::Suspend { username, stop } => ConsoleRequest::SuspendPerson { username, stop },
        Admin::Resume { username } => ConsoleRequest::ResumePerson { username },
        Admin::Remove { username, instances, nodes } => ConsoleRequest::RemovePerson { username, instances, nodes },
        Admin::Nodes => ConsoleRequest::ListNodes,
        Admin::SetupLink { url } => {
            let answer = call(config(data_dir, database), ConsoleRequest::SetupLink).await?;
            return print_link(&url, answer);
        }
        Admin::ResetLink { username, url } => {
            let answer = call(config(data_dir, database), ConsoleRequest::MakeResetLink { username }).await?;
            return print_reset_link(&url, answer);
        }
        Admin::ServerFingerprint => ConsoleRequest::ServerFingerprint,
        Admin::EnrolNode { name, address } => ConsoleRequest::EnrolNode { name, address },
    };
    print(call(config(data_dir, database), request).await?)
}

/// What an answer of another kind than was asked for means.
pub(super) fn unexpected(answer: ConsoleAnswer) -> anyhow::Error {
    if let ConsoleAnswer::Refused(refusal) = answer {
        return anyhow::Error::msg(refusal.message);
    }
    anyhow::Error::msg("the server runs another version than this command; restart it, and try again")
}

/// Who may sign up in an installation that a command makes: it does not know how people will come.
pub(super) const UNSEEN: SignUpMode = SignUpMode::Invite;

fn config(data_dir: PathBuf, database: Option<String>) -> Config {
    Config { data_dir, database, sign_up: Some(UNSEEN), ..Config::default() }
}

#[expect(clippy::print_stdout, reason = "standard output is what a command answers on")]
fn print_link(url: &str, answer: ConsoleAnswer) -> anyhow::Result<()> {
    if let ConsoleAnswer::SetupToken(Some(token)) = answer {
        println!("{}/set-up?token={token}", url.trim_end_matches('/'));
        return Ok(());
    }
    print(answer)
}

#[expect(clippy::print_stdout, reason = "standard output is what a command answers on")]
fn print_reset_link(url: &str, answer: ConsoleAnswer) -> anyhow::Result<()> {
    if let ConsoleAnswer::Secret(secret) = answer {
        println!("{}/reset-password?link={secret}", url.trim_end_matches('/'));
        return Ok(());
    }
    print(answer)
}

/// From standard input, so that it stands in no list of processes and no history of a shell.
fn read_password() -> anyhow::Result<String> {
    let input = std::io::stdin();
    if input.is_terminal() {
        prompt();
    }
    let mut line = String::new();
    input.lock().read_line(&mut line).context("cannot read the password from standard input")?;
    let password = line.trim_end_matches(['\r', '\n']).to_owned();
    anyhow::ensure!(!password.is_empty(), "no password was given: type it, or pipe it in as one line");
    Ok(password)
}

#[expect(clippy::print_stderr, reason = "a question to the person at the terminal")]
fn prompt() {
    eprint!("Password: ");
}

#[expect(clippy::print_stdout, reason = "standard output is what a command answers on")]
fn print(answer: ConsoleAnswer) -> anyhow::Result<()> {
    match answer {
        ConsoleAnswer::Done | ConsoleAnswer::SetupToken(None) | ConsoleAnswer::Fingerprint(None) => {}
        ConsoleAnswer::Fingerprint(Some(fingerprint)) => println!("{fingerprint}"),
        ConsoleAnswer::Person(person) => println!("{}", made_line(&person)),
        ConsoleAnswer::People(people) => people.iter().for_each(|person| println!("{}", person_line(person))),
        // Only `dockhost backup` and `dockhost recover` ask for these.
        ConsoleAnswer::Backup(_) | ConsoleAnswer::Proposals(_) | ConsoleAnswer::Recovered(_) => {}
        ConsoleAnswer::Nodes(nodes) => nodes.iter().for_each(|node| println!("{}", node_line(node))),
        ConsoleAnswer::Secret(secret) | ConsoleAnswer::SetupToken(Some(secret)) => println!("{secret}"),
        ConsoleAnswer::Refused(refusal) => anyhow::bail!(refusal.message),
    }
    Ok(())
}

fn made_line(PersonView { username, email, administrator, created_at, .. }: &PersonView) -> String {
    format!("{username}\t{email}\t{}\tsince {}", role(*administrator), created_at.date_naive())
}

fn person_line(person: &PersonRow) -> String {
    let PersonRow { username, email, administrator, created_at, suspended, asks_removal_since, .. } = person;
    let suspended = suspended.map(|at| format!("\tsuspended since {}", at.date_naive())).unwrap_or_default();
    let asks = asks_removal_since.map(|at| format!("\tasks for removal since {}", at.date_naive())).unwrap_or_default();
    let role = role(*administrator);
    format!("{username}\t{email}\t{role}\tsince {}{suspended}{asks}", created_at.date_naive())
}

const fn role(administrator: bool) -> &'static str {
    if administrator { "administrator" } else { "person" }
}

fn node_line(node: &NodeState) -> String {
    let liveness = match node.liveness {
        Liveness::Never => "never-connected",
        Liveness::Online => "online",
        Liveness::Late => "late",
        Liveness::Offline => "offline",
    };
    let engine = match &node.engine {
        EngineState::Unknown => "engine not asked yet".to_owned(),
        EngineState::Up { version, .. } => format!("engine {version}"),
        EngineState::Hung { reason } => format!("engine hangs: {reason}"),
        EngineState::Away { reason } => format!("no engine: {reason}"),
    };
    let (name, address) = (&node.name, &node.address);
    let faults =
        if node.faults.is_empty() { String::new() } else { format!("\tknown faults: {}", node.faults.join("; ")) };
    format!(
        "{name}\t{liveness}\t{} of {} instances\t{engine}\taddress {address}{faults}",
        node.instances, node.max_instances
    )
}
