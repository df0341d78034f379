//! The person's own OpenSSH, led to an instance through the server's SSH gateway without a word of configuration.

mod config;
mod copy;
mod gateway;

use std::os::unix::process::CommandExt as _;
use std::process::{Command, ExitCode};

pub(crate) use config::configure;
pub(crate) use copy::copy;

use crate::accounts::{Account, Accounts};
use crate::client::Client;
use crate::exit::Failure;
use crate::login;
use crate::run::named;
use gateway::Gateway;

/// Whose instances are meant, and the way to them.
struct Way {
    account: Account,
    client: Client,
    gateway: Gateway,
}

impl Way {
    fn find(wanted: Option<&str>) -> Result<Self, Failure> {
        let account = login::account(&Accounts::read()?, wanted)?;
        let client = Client::of(&account)?;
        let gateway = Gateway::ask(&client, &account)?;
        Ok(Self { account, client, gateway })
    }

    /// The user name by which the gateway knows the instance, and the user there of `USER@NAME`. There has to be an instance,
    /// so a mistyped name leads nowhere.
    fn user(&self, named_by: &str) -> Result<String, Failure> {
        let (within, name) = within(named_by);
        named(&self.client, &self.account, name)?;
        Ok(format!("{within}{name}.{}", self.account.username))
    }
}

/// `bob@web-1` as the gateway says it: `bob+`, and the instance.
fn within(named_by: &str) -> (String, &str) {
    match named_by.split_once('@') {
        Some((user, name)) => (format!("{user}+"), name),
        None => (String::new(), named_by),
    }
}

/// `ssh NAME [COMMAND]`: as OpenSSH does it, whose options stand in front.
pub(crate) fn enter(
    wanted: Option<&str>,
    options: &[String],
    name: &str,
    command: &[String],
) -> Result<ExitCode, Failure> {
    let way = Way::find(wanted)?;
    let user = way.user(name)?;
    let mut ssh = Command::new("ssh");
    ssh.args(options).args(way.gateway.options()).args(["-p", &way.gateway.port.to_string(), "-l", &user]);
    ssh.arg("--").arg(&way.gateway.host).args(command);
    Err(instead(ssh))
}

/// `exec NAME -- COMMAND`: the program gets its arguments as they are, whatever they hold.
pub(crate) fn execute(
    wanted: Option<&str>,
    terminal: bool,
    name: &str,
    command: &[String],
) -> Result<ExitCode, Failure> {
    let way = Way::find(wanted)?;
    let user = way.user(name)?;
    let mut ssh = Command::new("ssh");
    ssh.arg(if terminal { "-t" } else { "-T" });
    ssh.args(way.gateway.options()).args(["-p", &way.gateway.port.to_string(), "-l", &user]);
    let words: Vec<String> = command.iter().map(|word| quoted(word)).collect();
    ssh.arg("--").arg(&way.gateway.host).arg(words.join(" "));
    Err(instead(ssh))
}

/// The program takes the place of this one, and its status is the answer. Whoever is still here could not start it.
fn instead(mut command: Command) -> Failure {
    let why = command.exec();
    let program = command.get_program().to_string_lossy().into_owned();
    if why.kind() == std::io::ErrorKind::NotFound {
        return Failure::failed(format!(
            "There is no program `{program}` on this computer. It is a part of OpenSSH's client: install that first."
        ));
    }
    Failure::failed(format!("`{program}` cannot be started: {why}."))
}

/// One word for a shell of POSIX, whatever it holds.
fn quoted(word: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"_-./:=@,+".contains(&b);
    if !word.is_empty() && word.bytes().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_stands_before_the_instance() {
        assert_eq!(within("web-1"), (String::new(), "web-1"));
        assert_eq!(within("bob@web-1"), ("bob+".to_owned(), "web-1"));
    }

    #[test]
    fn a_shell_reads_a_quoted_word_as_it_was() {
        for word in
            ["", "plain", "two words", "it's", "$(reboot)", "a;b|c&d", "\\", "\"", "*", "line\nbreak", "ä", "-x", "~"]
        {
            let shell = Command::new("sh").args(["-c", &format!("printf %s {}", quoted(word))]).output().unwrap();
            assert_eq!(String::from_utf8(shell.stdout).unwrap(), word, "{}", quoted(word));
        }
    }
}
