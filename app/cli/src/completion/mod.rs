//! Completion: a shell's script asks this program what may stand there.

use std::time::Duration;

use serde_json::Value;
use verbs::First;

use crate::accounts::{Account, Accounts};
use crate::client::Client;
use crate::exit::Failure;
use crate::grammar::{Shell, offered};
use crate::login;

const BASH: &str = include_str!("dockhost.bash");
const ZSH: &str = include_str!("dockhost.zsh");
const FISH: &str = include_str!("dockhost.fish");

/// How long whoever presses the key waits for names.
const PATIENCE: Duration = Duration::from_secs(2);

pub(crate) const fn script(shell: Shell) -> &'static str {
    match shell {
        Shell::Bash => BASH,
        Shell::Zsh => ZSH,
        Shell::Fish => FISH,
    }
}

/// What may stand in place of the last of these words, one on each line.
pub(crate) fn candidates(wanted: Option<&str>, words: &[String]) -> String {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let Some((last, before)) = words.split_last() else { return String::new() };
    let (wanted, before) = match before {
        ["--as", account, rest @ ..] => (Some(*account), rest),
        rest => (wanted, rest),
    };
    let fits = |word: &String| word.starts_with(last) && is_harmless(word);
    of(before, last, || names(wanted).unwrap_or_default()).into_iter().filter(fits).map(|word| word + "\n").collect()
}

fn of(before: &[&str], last: &str, names: impl FnOnce() -> Vec<String>) -> Vec<String> {
    let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    let accounts = || Accounts::read().map(|all| all.accounts.iter().map(Account::name).collect()).unwrap_or_default();
    let Some((verb, given)) = before.split_first() else {
        return offered().map(|verb| verb.word.to_owned()).collect();
    };
    match (*verb, given) {
        ("--as" | "use", []) => return accounts(),
        ("completion", []) => return owned(&["bash", "zsh", "fish"]),
        ("config", []) => return owned(&["ssh"]),
        ("door", [_]) => return owned(&["80", "443"]),
        ("door", [_, _]) => return owned(&["open", "close"]),
        ("cp", _) if !last.starts_with('-') => return names().into_iter().map(|name| name + ":").collect(),
        _ => {}
    }
    let Some(verb) = offered().find(|known| known.word == *verb) else { return Vec::new() };
    let named = given.iter().any(|word| !word.starts_with('-'));
    match (last.starts_with('-'), verb.first, named) {
        (true, _, _) => owned(verb.options).into_iter().chain(["--json".to_owned()]).collect(),
        (false, First::Instance, false) => names(),
        (false, First::Instance | First::Other | First::Nothing, _) => Vec::new(),
    }
}

/// One's own instances. Where there is no answer soon, there is nothing to complete.
fn names(wanted: Option<&str>) -> Result<Vec<String>, Failure> {
    let account = login::account(&Accounts::read()?, wanted)?;
    let all = Client::of(&account)?.hurried(PATIENCE).get("/instances")?;
    let text = |view: &Value, field: &str| view.get(field).and_then(Value::as_str).map(str::to_owned);
    let own = |view: &&Value| text(view, "owner").as_deref() == Some(account.username.as_str());
    Ok(all.as_array().into_iter().flatten().filter(own).filter_map(|view| text(view, "name")).collect())
}

/// A shell may do more with a word than show it.
fn is_harmless(word: &str) -> bool {
    word.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.:@[]?".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(before: &[&str], last: &str) -> Vec<String> {
        of(before, last, || ["web-1", "web-2"].map(str::to_owned).to_vec())
    }

    #[test]
    fn what_may_stand_there_depends_on_what_stands_before() {
        assert!(said(&[], "").contains(&"start".to_owned()) && said(&[], "").contains(&"ssh".to_owned()));
        assert_eq!(said(&["start"], ""), ["web-1", "web-2"]);
        assert_eq!(said(&["start", "web-1"], ""), Vec::<String>::new());
        assert_eq!(said(&["rm", "web-1"], "--"), ["--yes", "--json"]);
        assert_eq!(said(&["cp", "a"], ""), ["web-1:", "web-2:"]);
        assert_eq!(said(&["door", "web-1", "80"], ""), ["open", "close"]);
        assert_eq!(said(&["completion"], "b"), ["bash", "zsh", "fish"]);
        assert_eq!(said(&["nonsense"], ""), Vec::<String>::new());
    }

    #[test]
    fn no_word_of_a_server_is_more_than_a_word_to_a_shell() {
        assert!(is_harmless("web-1.ada") && is_harmless("ada@[::1]:80"));
        for word in ["$(reboot)", "a b", "a;b", "`x`", "a\nb", "*", "'"] {
            assert!(!is_harmless(word), "{word}");
        }
        assert_eq!(candidates(None, &["sta".to_owned()]), "start\n");
    }
}
