//! From words to what they ask for.

use model::forward::ForwardKey;
use model::instance::Limits;
use model::port::ContainerPort;
use model::request::{LetIn, OpenForward, RemovePerson};

use crate::events::{Shown, events};
use crate::words::plain;
use crate::{create, forward, keys, people};

/// What one may ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    Nothing,
    Help,
    List {
        all: bool,
    },
    New {
        name: String,
        image: Option<String>,
        limits: Limits,
    },
    Start {
        name: String,
    },
    Stop {
        name: String,
    },
    Restart {
        name: String,
    },
    Remove {
        name: String,
        yes: bool,
    },
    Ports {
        name: String,
    },
    Open {
        name: String,
        asked: OpenForward,
    },
    Close {
        name: String,
        key: ForwardKey,
    },
    Door {
        name: String,
        port: ContainerPort,
        open: bool,
    },
    Explain {
        name: String,
    },
    Events(Shown),
    Keys,
    /// The SSH keys that it lets in; `None` shows them.
    KeysOf {
        name: String,
        asked: Option<LetIn>,
    },
    Nodes,
    People,
    Administer {
        username: String,
        administrator: bool,
    },
    RemovePerson {
        username: String,
        asked: RemovePerson,
        yes: bool,
    },
    Suspend {
        username: String,
        stop: bool,
    },
    Resume {
        username: String,
    },
    ResetLink {
        username: String,
    },
    WhoAmI,
}

/// A command, and whether its answer is to be JSON.
pub type Typed = (Command, bool);

/// Reads the words. The error is a sentence.
///
/// # Errors
/// For whatever is not meant by any verb: nothing is guessed, and nothing is left out.
pub fn parse(words: &[&str]) -> Result<Typed, String> {
    let json = words.contains(&"--json");
    let named: Vec<&str> = words.iter().filter(|word| **word != "--json").copied().collect();
    match named.as_slice() {
        ["new", name, rest @ ..] if !name.starts_with('-') => {
            let (image, limits) = create::new(rest)?;
            return Ok((Command::New { name: (*name).to_owned(), image, limits }, json));
        }
        ["open", name, rest @ ..] if !name.starts_with('-') => {
            return Ok((Command::Open { name: (*name).to_owned(), asked: forward::open(rest)? }, json));
        }
        ["close", name, rest @ ..] if !name.starts_with('-') => {
            return Ok((Command::Close { name: (*name).to_owned(), key: forward::close(rest)? }, json));
        }
        ["door", name, rest @ ..] if !name.starts_with('-') => {
            let (port, open) = forward::door(rest)?;
            return Ok((Command::Door { name: (*name).to_owned(), port, open }, json));
        }
        ["keys", name, rest @ ..] if !name.starts_with('-') => {
            return Ok((Command::KeysOf { name: (*name).to_owned(), asked: keys::let_in(rest)? }, json));
        }
        ["suspend", username, rest @ ..] if !username.starts_with('-') => {
            let stop = people::suspend(rest)?;
            return Ok((Command::Suspend { username: (*username).to_owned(), stop }, json));
        }
        ["remove-person", username, rest @ ..] if !username.starts_with('-') => {
            let (asked, yes) = people::remove(rest)?;
            return Ok((Command::RemovePerson { username: (*username).to_owned(), asked, yes }, json));
        }
        ["events", rest @ ..] => return Ok((Command::Events(events(rest)?), json)),
        _ => {}
    }
    let yes = words.iter().any(|word| matches!(*word, "--yes" | "-y"));
    let all = words.contains(&"--all");
    let known = |word: &&&str| matches!(**word, "--json" | "--yes" | "-y" | "--all");
    let rest: Vec<&str> = words.iter().filter(|word| !known(word)).copied().collect();
    if let Some(option) = rest.iter().find(|word| word.starts_with('-')) {
        return Err(format!("There is no option {}. `help` lists the commands.", plain(option)));
    }
    let command = match rest.as_slice() {
        [] => Command::Nothing,
        ["help" | "?"] => Command::Help,
        ["ls" | "list"] => Command::List { all },
        ["whoami"] => Command::WhoAmI,
        ["people"] => Command::People,
        ["keys"] => Command::Keys,
        ["nodes"] => Command::Nodes,
        ["make-administrator", username] => {
            Command::Administer { username: (*username).to_owned(), administrator: true }
        }
        ["no-longer-administrator", username] => {
            Command::Administer { username: (*username).to_owned(), administrator: false }
        }
        ["resume", username] => Command::Resume { username: (*username).to_owned() },
        ["reset-link", username] => Command::ResetLink { username: (*username).to_owned() },
        ["start", name] => Command::Start { name: (*name).to_owned() },
        ["stop", name] => Command::Stop { name: (*name).to_owned() },
        ["restart", name] => Command::Restart { name: (*name).to_owned() },
        ["rm", name] => Command::Remove { name: (*name).to_owned(), yes },
        ["ports", name] => Command::Ports { name: (*name).to_owned() },
        ["explain", name] => Command::Explain { name: (*name).to_owned() },
        ["new" | "start" | "stop" | "restart" | "rm" | "ports" | "explain" | "open" | "close" | "door", ..] => {
            return Err(format!("`{}` takes the name of one instance. `help` says how.", plain(rest[0])));
        }
        [
            "suspend" | "resume" | "reset-link" | "remove-person" | "make-administrator" | "no-longer-administrator",
            ..,
        ] => {
            return Err(format!("`{}` takes the username of one person. `help` says how.", plain(rest[0])));
        }
        ["help" | "?" | "ls" | "list" | "whoami" | "people" | "keys" | "nodes", ..] => {
            return Err(format!("`{}` takes no more words. `help` says how.", plain(rest[0])));
        }
        [other, ..] => {
            return Err(format!("There is no command {}. `help` lists the commands.", plain(other)));
        }
    };
    if yes && !matches!(command, Command::Remove { .. }) {
        return Err("Only `rm` takes --yes.".to_owned());
    }
    if all && !matches!(command, Command::List { .. }) {
        return Err("Only `ls` takes --all.".to_owned());
    }
    Ok((command, json))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the lobby reads a line: there is no shell, so quotes mean nothing.
    fn read(line: &str) -> Result<Typed, String> {
        parse(&line.split_whitespace().collect::<Vec<_>>())
    }

    #[test]
    fn lines_are_read_as_commands() {
        let named = |name: &str| name.to_owned();
        let all = LetIn { ssh_keys: Some(Vec::new()), all_ssh_keys: true };
        for (line, command, json) in [
            ("", Command::Nothing, false),
            ("  ls  --json ", Command::List { all: false }, true),
            ("ls --all", Command::List { all: true }, false),
            ("new web-1", Command::New { name: named("web-1"), image: None, limits: Limits::default() }, false),
            (
                "new web-1 debian-12 --json --memory 256m",
                Command::New {
                    name: named("web-1"),
                    image: Some(named("debian-12")),
                    limits: Limits { cpu_millis: None, memory_bytes: Some(256 << 20) },
                },
                true,
            ),
            ("rm web-1 --yes", Command::Remove { name: named("web-1"), yes: true }, false),
            ("rm web-1", Command::Remove { name: named("web-1"), yes: false }, false),
            ("events web-1 --json", Command::Events(Shown { name: Some(named("web-1")), ..Shown::default() }), true),
            ("keys", Command::Keys, false),
            ("keys web-1", Command::KeysOf { name: named("web-1"), asked: None }, false),
            ("keys --json web-1 --all", Command::KeysOf { name: named("web-1"), asked: Some(all) }, true),
            ("nodes --json", Command::Nodes, true),
            ("people --json", Command::People, true),
            ("suspend bob", Command::Suspend { username: named("bob"), stop: false }, false),
            ("suspend bob --json --stop", Command::Suspend { username: named("bob"), stop: true }, true),
            ("resume bob", Command::Resume { username: named("bob") }, false),
            ("reset-link bob --json", Command::ResetLink { username: named("bob") }, true),
            ("make-administrator bob", Command::Administer { username: named("bob"), administrator: true }, false),
            (
                "no-longer-administrator bob",
                Command::Administer { username: named("bob"), administrator: false },
                false,
            ),
            (
                "remove-person bob --yes",
                Command::RemovePerson { username: named("bob"), asked: RemovePerson::default(), yes: true },
                false,
            ),
        ] {
            assert_eq!(read(line), Ok((command, json)), "{line}");
        }
    }

    #[test]
    fn what_was_meant_for_a_shell_does_nothing() {
        for line in [
            "rm -rf build",
            "rm",
            "rm a b",
            "ls; rm web-1",
            "ls -la",
            "ls web-1",
            "whoami now",
            "people bob",
            "keys --all",
            "keys --none",
            "keys --all web-1",
            "keys web-1 --all laptop",
            "keys web-1 --all --none",
            "keys web-1 laptop --none",
            "keys web-1 --yes",
            "nodes --all",
            "events web-1 web-2",
            "suspend",
            "suspend --stop",
            "suspend bob carol",
            "suspend bob --yes",
            "resume",
            "resume bob --stop",
            "make-administrator",
            "make-administrator bob carol",
            "no-longer-administrator --yes bob",
            "remove-person",
            "remove-person --yes",
            "remove-person bob carol",
            "reset-link",
            "reset-link bob carol",
            "start web-1 --all",
            "sh -c ls",
            "start --yes web-1",
            "start web-1 web-2",
            "new",
            "new --memory 256m",
            "new web-1 --memroy 256m",
            "\u{1b}]0;x\u{7}",
        ] {
            assert!(read(line).is_err(), "{line}");
        }
    }

    #[test]
    fn a_word_of_a_program_may_be_anything_and_is_taken_as_it_is() {
        let name = "web 1; reboot".to_owned();
        assert_eq!(parse(&["stop", &name]), Ok((Command::Stop { name: name.clone() }, false)));
        assert!(parse(&["stop", ""]).is_ok() && parse(&["sto p", "web-1"]).is_err());
    }

    #[test]
    fn an_answer_repeats_nothing_that_a_terminal_obeys() {
        let said = parse(&["\u{1b}[2Jx\u{7}"]).unwrap_err();
        assert!(!said.contains(char::is_control), "{said:?}");
    }
}
