//! What is said of keys.

use model::name::InstanceName;
use model::view::KeyStanding;

/// An instance that lets the holder of a key in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Holder {
    pub(super) instance: InstanceName,
    /// It lets nobody else in.
    pub(super) only: bool,
}

/// A word for the badge, and what it means for the person.
pub(super) const fn standing(standing: KeyStanding) -> (&'static str, &'static str) {
    match standing {
        KeyStanding::Proved => ("proved", "You have proved that you hold it. Nobody else can use it here."),
        KeyStanding::Sole => {
            ("not used yet", "Its first login proves that you hold it. Nobody else can use it here from then on.")
        }
        KeyStanding::Contested => (
            "opens nothing",
            "Another account has added this key, too. It opens nothing until one of you proves that it is theirs.",
        ),
        KeyStanding::Foreign => (
            "not yours",
            "Another account has proved that it holds this key, so it opens nothing of yours. Delete it here, and make another.",
        ),
    }
}

/// What the person loses with a key.
pub(super) fn loss(holders: &[Holder]) -> String {
    if holders.is_empty() {
        return "No instance of yours has it, so its holder can log in nowhere.".to_owned();
    }
    let lose = if holders.len() == 1 { "loses" } else { "lose" };
    let all = listed(holders.iter().map(|holder| holder.instance.as_str()));
    let bare: Vec<&str> = holders.iter().filter(|holder| holder.only).map(|holder| holder.instance.as_str()).collect();
    let bare = match bare.len() {
        0 => String::new(),
        1 => format!(" {} is left without any key, until its page lets in another.", bare[0]),
        _ => format!(" {} are left without any key, until their pages let in others.", listed(bare.into_iter())),
    };
    format!("{all} {lose} it: its holder can no longer log in there.{bare}")
}

/// *web*, *web and api*, *web, api and db*.
fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.collect();
    match names.as_slice() {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// What `ssh-keygen` wrote behind the key, often `person@machine`. Where a window broke the key, it is at the end of its
/// last line.
pub(super) fn comment(public_key: &str) -> Option<&str> {
    let lines: Vec<&str> = public_key.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let behind = match lines.as_slice() {
        [] => return None,
        [line] => line.split_once(char::is_whitespace)?.1.trim_start(),
        [.., last] => *last,
    };
    let (_, comment) = behind.split_once(char::is_whitespace)?;
    let comment = comment.trim();
    (!comment.is_empty()).then_some(comment)
}

/// For `~/.ssh/config`, from the gateway's `host:port`. The user is the account, so that no key of an agent leads
/// to another. Each end is asked every 30 s whether it is there: a proxy on the way closes what is silent for a minute.
pub(super) fn config(address: &str, account: &str) -> String {
    let (host, port) = address.rsplit_once(':').unwrap_or((address, "22"));
    // An IPv6 address has brackets beside a port, and none here.
    let host = host.trim_start_matches('[').trim_end_matches(']');
    format!(
        "Host dockhost\n  HostName {host}\n  Port {port}\n  User {account}\n\n\
         Host *.dockhost\n  User root\n  ProxyJump dockhost\n  ServerAliveInterval 30\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holder(name: &str, only: bool) -> Holder {
        Holder { instance: name.parse().unwrap(), only }
    }

    #[test]
    fn the_loss_names_every_instance() {
        assert!(loss(&[]).starts_with("No instance"));
        assert_eq!(loss(&[holder("web", false)]), "web loses it: its holder can no longer log in there.");
        assert_eq!(
            loss(&[holder("web", false), holder("api", true), holder("db", true)]),
            "web, api and db lose it: its holder can no longer log in there. api and db are left without any key, until their pages let in others."
        );
    }

    #[test]
    fn a_key_that_opens_nothing_says_so() {
        for shut in [KeyStanding::Contested, KeyStanding::Foreign] {
            assert!(standing(shut).1.contains("opens nothing"));
        }
    }

    #[test]
    fn the_block_names_host_and_port() {
        let block = config("lab.example:2222", "ada");
        assert!(block.starts_with("Host dockhost\n  HostName lab.example\n  Port 2222\n  User ada\n"));
        assert!(config("[fd00::1]:22", "ada").contains("HostName fd00::1\n  Port 22\n"));
        assert!(block.ends_with("Host *.dockhost\n  User root\n  ProxyJump dockhost\n  ServerAliveInterval 30\n"));
    }

    #[test]
    fn the_comment_is_all_that_stands_behind_the_key() {
        assert_eq!(comment(" ssh-ed25519 AAAAC3 ada at home \n"), Some("ada at home"));
        assert_eq!(comment("ssh-ed25519 AAAAC3\n"), None);
        assert_eq!(comment("ssh-ed25519"), None);
        assert_eq!(comment(""), None);
    }
}
