//! The verbs of the program alone.

use verbs::plain;

/// What a completing script calls; nobody types it.
pub(crate) const COMPLETE: &str = "complete";

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Own {
    Version,
    Login {
        url: String,
        token: bool,
        /// The file of a certificate.
        authority: Option<String>,
    },
    Logout {
        forget: bool,
    },
    Accounts {
        json: bool,
    },
    Use {
        account: String,
    },
    Ssh {
        /// Of OpenSSH.
        options: Vec<String>,
        name: String,
        command: Vec<String>,
    },
    Exec {
        terminal: bool,
        name: String,
        command: Vec<String>,
    },
    Copy {
        options: Vec<String>,
        from: Vec<String>,
        to: String,
    },
    ConfigSsh,
    Completion {
        shell: Shell,
    },
    Complete {
        words: Vec<String>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shell {
    Bash,
    Zsh,
    Fish,
}

/// Options of OpenSSH's `ssh` behind which a value stands, if it is not part of the word.
const WITH_VALUE: &str = "BbcDEeFIiJLlmOoPpQRSWw";

/// `None` where the words are none of these verbs. The error is a sentence.
pub(crate) fn parse(words: &[&str], json: bool) -> Result<Option<Own>, String> {
    let own = match words {
        ["--version" | "-V"] => Own::Version,
        [
            "login" | "logout" | "accounts" | "use" | "ssh" | "exec" | "cp" | "config" | "completion",
            "--help" | "-h",
        ] => {
            return Ok(None);
        }
        ["login", rest @ ..] => login(rest)?,
        ["logout"] => Own::Logout { forget: false },
        ["logout", "--forget"] => Own::Logout { forget: true },
        ["accounts"] => Own::Accounts { json },
        ["accounts", "--json"] => Own::Accounts { json: true },
        ["use", account] if !account.starts_with('-') => Own::Use { account: (*account).to_owned() },
        ["ssh", rest @ ..] => ssh(rest)?,
        ["exec", rest @ ..] => exec(rest)?,
        ["cp", rest @ ..] => copy(rest)?,
        ["config", "ssh"] => Own::ConfigSsh,
        ["completion", "bash"] => Own::Completion { shell: Shell::Bash },
        ["completion", "zsh"] => Own::Completion { shell: Shell::Zsh },
        ["completion", "fish"] => Own::Completion { shell: Shell::Fish },
        [word, "--", rest @ ..] if *word == COMPLETE => Own::Complete { words: owned(rest) },
        ["logout", ..] => return Err("`logout` takes no more words than --forget. `help` says how.".to_owned()),
        ["accounts", ..] => return Err("`accounts` takes no more words than --json. `help` says how.".to_owned()),
        ["use", ..] => return Err("`use` takes one account, as `dockhost accounts` lists them.".to_owned()),
        ["config", ..] => return Err("There is one thing to configure: `dockhost config ssh`.".to_owned()),
        ["completion", ..] => return Err("`completion` takes the name of a shell: bash, zsh or fish.".to_owned()),
        _ => return Ok(None),
    };
    Ok(Some(own))
}

fn login(words: &[&str]) -> Result<Own, String> {
    const USAGE: &str = "`login` takes the address of a server, as in: dockhost login https://dockhost.example.org";
    let (mut url, mut token, mut authority) = (None, false, None);
    let mut words = words.iter().copied();
    while let Some(word) = words.next() {
        match word {
            "--token" => token = true,
            "--ca" if authority.is_none() => {
                authority = Some(words.next().ok_or("--ca takes the file of a certificate.")?.to_owned());
            }
            // Whoever gives it here has it in the history of the shell, and in the list of processes.
            text if text.starts_with("dhp_") || text.starts_with("--token=") => {
                return Err(
                    "The token is asked for, or read from standard input: as a word of the command, every user of \
                            this computer could see it. Delete that token, and make another one."
                        .to_owned(),
                );
            }
            option if option.starts_with('-') => {
                return Err(format!("`login` has no option {}. {USAGE}", plain(option)));
            }
            text if url.is_none() => url = Some(text.to_owned()),
            _ => return Err(USAGE.to_owned()),
        }
    }
    let url = url.ok_or(USAGE)?;
    Ok(Own::Login { url, token, authority })
}

fn ssh(words: &[&str]) -> Result<Own, String> {
    const USAGE: &str = "`ssh` takes the name of an instance, as in: dockhost ssh web-1";
    let (mut options, mut rest) = (Vec::new(), words);
    loop {
        rest = match rest {
            ["--", name, more @ ..] => {
                return Ok(Own::Ssh { options, name: (*name).to_owned(), command: owned(more) });
            }
            [option, more @ ..] if option.starts_with('-') && option.len() > 1 => {
                options.push((*option).to_owned());
                let waits = option.len() == 2 && option.ends_with(|last| WITH_VALUE.contains(last));
                match (waits, more) {
                    (true, [value, more @ ..]) => {
                        options.push((*value).to_owned());
                        more
                    }
                    (true, []) => return Err(format!("{} takes a value.", plain(option))),
                    (false, more) => more,
                }
            }
            [name, more @ ..] => {
                return Ok(Own::Ssh { options, name: (*name).to_owned(), command: owned(more) });
            }
            [] => return Err(USAGE.to_owned()),
        };
    }
}

fn exec(words: &[&str]) -> Result<Own, String> {
    let (terminal, rest) = match words {
        ["-t", rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    match rest {
        [name, "--", command @ ..] if !command.is_empty() && !name.starts_with('-') => {
            Ok(Own::Exec { terminal, name: (*name).to_owned(), command: owned(command) })
        }
        _ => {
            Err("`exec` takes an instance and a program behind `--`, as in: dockhost exec web-1 -- ls -l /srv"
                .to_owned())
        }
    }
}

fn copy(words: &[&str]) -> Result<Own, String> {
    const USAGE: &str = "`cp` takes files and where they go, as in: dockhost cp notes.txt web-1:/root/";
    let (mut options, mut rest) = (Vec::new(), words);
    loop {
        rest = match rest {
            ["--", more @ ..] => {
                rest = more;
                break;
            }
            [option @ ("-r" | "-p"), more @ ..] => {
                options.push((*option).to_owned());
                more
            }
            [option, ..] if option.starts_with('-') && option.len() > 1 => {
                return Err(format!("`cp` has no option {}. {USAGE}", plain(option)));
            }
            _ => break,
        };
    }
    match rest {
        [from @ .., to] if !from.is_empty() => Ok(Own::Copy { options, from: owned(from), to: (*to).to_owned() }),
        _ => Err(USAGE.to_owned()),
    }
}

fn owned(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Option<Own>, String> {
        parse(&line.split_whitespace().collect::<Vec<_>>(), false)
    }

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn options_of_ssh_stand_before_the_name_and_what_follows_is_the_command() {
        let ssh = |options, name: &str, command| {
            Ok(Some(Own::Ssh { options: words(options), name: name.to_owned(), command: words(command) }))
        };
        assert_eq!(read("ssh web-1"), ssh("", "web-1", ""));
        assert_eq!(read("ssh web-1 ls -l --json"), ssh("", "web-1", "ls -l --json"));
        assert_eq!(read("ssh -v -L 80:127.0.0.1:80 -p22 web-1 -x"), ssh("-v -L 80:127.0.0.1:80 -p22", "web-1", "-x"));
        assert_eq!(read("ssh -- -x"), ssh("", "-x", ""));
        assert!(read("ssh -L").is_err() && read("ssh -v").is_err());
    }

    #[test]
    fn a_program_stands_behind_two_hyphens() {
        let exec =
            |terminal, command| Ok(Some(Own::Exec { terminal, name: "web-1".to_owned(), command: words(command) }));
        assert_eq!(read("exec web-1 -- ls -l -- x"), exec(false, "ls -l -- x"));
        assert_eq!(read("exec -t web-1 -- top"), exec(true, "top"));
        for line in ["exec web-1", "exec web-1 ls", "exec web-1 --", "exec -- ls", "exec -x web-1 -- ls"] {
            assert!(read(line).is_err(), "{line}");
        }
    }

    #[test]
    fn files_are_copied_from_somewhere_to_somewhere() {
        let copied = Own::Copy { options: words("-r"), from: words("a web-1:b"), to: "c".to_owned() };
        assert_eq!(read("cp -r a web-1:b c"), Ok(Some(copied)));
        for line in ["cp", "cp a", "cp -x a b"] {
            assert!(read(line).is_err(), "{line}");
        }
    }

    #[test]
    fn a_token_is_no_word() {
        for line in ["login https://a --token dhp_x", "login https://a dhp_x", "login https://a --token=x"] {
            assert!(read(line).unwrap_err().contains("standard input"), "{line}");
        }
        let login = Own::Login { url: "https://a".to_owned(), token: true, authority: Some("b.pem".to_owned()) };
        assert_eq!(read("login --token https://a --ca b.pem"), Ok(Some(login)));
        assert!(read("login https://a https://b").is_err() && read("login https://a --ca").is_err());
    }
}
