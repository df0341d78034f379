//! Where the SSH gateway is, and by what it is known: the server's API tells both, so nobody has to say yes to a key.

use std::path::{Path, PathBuf};

use model::view::GatewayView;

use crate::accounts::Account;
use crate::client::Client;
use crate::exit::{Exit, Failure};
use crate::files;

pub(super) struct Gateway {
    pub(super) host: String,
    pub(super) port: u16,
    /// The file that names its key, and nothing else.
    pub(super) known: PathBuf,
}

impl Gateway {
    /// Asks the server, and keeps what it says of the key.
    pub(super) fn ask(client: &Client, account: &Account) -> Result<Self, Failure> {
        let view: GatewayView = client.read(client.get("/gateway")?)?;
        let strange = || {
            let text = format!("{} names an SSH gateway that is no host and port: {:?}.", account.server, view.address);
            Failure::new(Exit::Unreachable, text)
        };
        let (host, port) = place(&view.address).ok_or_else(strange)?;
        // A file for each server: one may not vouch for another's gateway.
        let known = files::folder()?.join("known_hosts").join(account.server.place().replace(['[', ']'], ""));
        let line: String = view.known_hosts.chars().filter(|c| !c.is_control()).collect();
        files::keep(&known, &format!("{line}\n"))?;
        Ok(Self { host, port, known })
    }

    /// What OpenSSH is told of it. The first word that it hears of an option counts, so the person's own settings stand
    /// behind these.
    pub(super) fn options(&self) -> Vec<String> {
        [
            format!("UserKnownHostsFile={}", in_config(&self.known)),
            "GlobalKnownHostsFile=none".to_owned(),
            "StrictHostKeyChecking=yes".to_owned(),
            "UpdateHostKeys=no".to_owned(),
            "ServerAliveInterval=30".to_owned(),
        ]
        .into_iter()
        .flat_map(|option| ["-o".to_owned(), option])
        .collect()
    }
}

/// A path as OpenSSH's settings take it, whatever is in the name of a home.
pub(super) fn in_config(path: &Path) -> String {
    format!("\"{}\"", path.to_string_lossy().replace('\\', "\\\\").replace('"', "\\\"").replace('%', "%%"))
}

/// Host and port. What could be an option, or more than one word, is neither.
fn place(address: &str) -> Option<(String, u16)> {
    let (host, port) = address.rsplit_once(':')?;
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let plain = |b: u8| b.is_ascii_alphanumeric() || b".:-_".contains(&b);
    let is_one = !host.is_empty() && !host.starts_with('-') && host.bytes().all(plain);
    is_one.then_some((host.to_owned(), port.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_no_option_of_ssh() {
        assert_eq!(place("dock.example:2222"), Some(("dock.example".to_owned(), 2222)));
        assert_eq!(place("[2001:db8::1]:22"), Some(("2001:db8::1".to_owned(), 22)));
        for bad in ["", "a", "a:", "a:x", "-oProxyCommand=x:22", "a b:22", "$(x):22", ":22"] {
            assert_eq!(place(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_path_is_one_word_of_the_settings() {
        assert_eq!(in_config(Path::new("/home/a b/50%/\"x\"")), "\"/home/a b/50%%/\\\"x\\\"\"");
    }
}
