//! The words behind the program's name. Those that the lobby has, too, are read by the lobby's own grammar.

mod own;

use verbs::{Command, First, OF_THE_LOBBY, Verb};

pub(crate) use own::{Own, Shell};

/// What is asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Call {
    /// With whether the answer is to be JSON.
    Shared(Command, bool),
    Own(Own),
}

const fn verb(
    word: &'static str,
    first: First,
    options: &'static [&'static str],
    usage: &'static str,
    says: &'static str,
) -> Verb {
    Verb { word, first, options, usage, says }
}

/// Those that only a program on one's own computer has.
const OWN: [Verb; 9] = [
    verb(
        "login",
        First::Other,
        &["--token", "--ca"],
        "login URL",
        "sign in to that server with a browser; with --token by an API token, which is asked for;\n\
         --ca FILE has the certificate of the server or of its authority",
    ),
    verb("logout", First::Nothing, &["--forget"], "logout", "end the token; with --forget, only forget it here"),
    verb("accounts", First::Nothing, &[], "accounts", "where you are signed in; * is the one that is used"),
    verb(
        "use",
        First::Other,
        &[],
        "use ACCOUNT",
        "use that account from now on; `--as ACCOUNT` before a verb, for once",
    ),
    verb(
        "ssh",
        First::Instance,
        &[],
        "ssh [USER@]NAME [COMMAND]",
        "log in to it, or run a command there, as root or that user of it; options of ssh, such as -L,\n\
         stand before the name",
    ),
    verb(
        "exec",
        First::Instance,
        &["-t"],
        "exec NAME -- COMMAND",
        "run a program there with exactly these arguments; -t gives it a terminal",
    ),
    verb(
        "cp",
        First::Other,
        &["-r", "-p"],
        "cp FROM... TO",
        "copy files; NAME:PATH is a file in the instance NAME; -r takes folders, too, -p keeps times",
    ),
    verb(
        "config",
        First::Other,
        &[],
        "config ssh",
        "write a block to ~/.ssh/config, so that `ssh NAME.OWNER.dockhost` works",
    ),
    verb(
        "completion",
        First::Other,
        &[],
        "completion SHELL",
        "a script for bash, zsh or fish that completes verbs and names",
    ),
];

/// Every verb.
pub(crate) fn all() -> impl Iterator<Item = &'static Verb> {
    const ASKED: [Verb; 2] =
        [verb("help", First::Nothing, &[], "", ""), verb(own::COMPLETE, First::Other, &[], "", "")];
    OF_THE_LOBBY.iter().chain(&OWN).chain(const { &ASKED })
}

/// Those that a shell is told of.
pub(crate) fn offered() -> impl Iterator<Item = &'static Verb> {
    all().filter(|verb| verb.word != own::COMPLETE)
}

pub(crate) fn help() -> String {
    format!(
        "{} `--as ACCOUNT` before the verb chooses another account.\n\
         Exit status: 0 done, 1 refused or failed, 2 mistyped, 3 not signed in, 4 not found, 5 server not reached;\n\
         ssh, exec and cp end as OpenSSH does.\n",
        verbs::help(&OWN)
    )
}

/// Which account is named, and what is asked for. The error is a sentence.
pub(crate) fn parse(words: &[&str]) -> Result<(Option<String>, Call), String> {
    let (mut wanted, mut json, mut rest) = (None, false, words);
    loop {
        rest = match rest {
            ["--as", account, more @ ..] if wanted.is_none() => {
                wanted = Some((*account).to_owned());
                more
            }
            ["--as", ..] => return Err("--as takes one account, as `dockhost accounts` lists them.".to_owned()),
            ["--json", more @ ..] => {
                json = true;
                more
            }
            _ => break,
        };
    }
    if let Some(own) = own::parse(rest, json)? {
        return Ok((wanted, Call::Own(own)));
    }
    let (command, asks_json) = verbs::parse(match rest {
        ["--help" | "-h"] => &["help"],
        [first, .., "--help" | "-h"] if all().any(|verb| verb.word == *first) => &["help"],
        _ => rest,
    })?;
    let command = if command == Command::Nothing { Command::Help } else { command };
    Ok((wanted, Call::Shared(command, json || asks_json)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<(Option<String>, Call), String> {
        parse(&line.split_whitespace().collect::<Vec<_>>())
    }

    #[test]
    fn a_line_of_the_lobby_means_here_what_it_means_there() {
        for line in
            ["ls --all", "new web-1 debian-12 --memory 256m", "open web-1 80 --on-server", "rm web-1 --yes --json"]
        {
            let words: Vec<&str> = line.split_whitespace().collect();
            let (command, json) = verbs::parse(&words).unwrap();
            assert_eq!(read(line), Ok((None, Call::Shared(command, json))), "{line}");
        }
        let (wanted, call) = read("--as ada@dock.example --json ls").unwrap();
        assert_eq!(wanted.as_deref(), Some("ada@dock.example"));
        assert_eq!(call, Call::Shared(Command::List { all: false }, true));
        assert_eq!(read("start --help"), Ok((None, Call::Shared(Command::Help, false))));
        assert_eq!(read(""), Ok((None, Call::Shared(Command::Help, false))));
    }

    #[test]
    fn what_means_nothing_is_refused() {
        for line in ["--as", "--as a --as b ls", "lss", "ls -la", "--token x", "start", "ssh", "login", "config", "use"]
        {
            assert!(read(line).is_err(), "{line}: {:?}", read(line));
        }
    }

    #[test]
    fn help_tells_of_every_verb_and_option() {
        let text = help();
        for verb in offered() {
            assert!(text.contains(&format!("\n{}", verb.usage)) || text.starts_with(verb.usage), "{verb:?}");
            assert!(verb.options.iter().all(|option| text.contains(option)), "{verb:?}");
        }
        assert!(text.lines().all(|line| line.chars().count() <= 120), "{text}");
    }
}
