//! Where somebody is signed in from this computer.

use std::path::PathBuf;

use model::name::Username;
use serde::{Deserialize, Serialize};
use verbs::plain;

use crate::client::Url;
use crate::exit::{Exit, Failure};
use crate::files;

const FILE: &str = "accounts.json";

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Account {
    pub(crate) server: Url,
    pub(crate) username: Username,
    pub(crate) token: String,
    /// In PEM form: the only certificates by which the server is known. Without them, this computer's authorities are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) authority: Option<String>,
}

#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Accounts {
    /// The name of the one that is used where none is named.
    #[serde(default)]
    pub(crate) current: String,
    #[serde(default)]
    pub(crate) accounts: Vec<Account>,
}

impl Account {
    /// As people name it: `ada@dockhost.example.org`.
    pub(crate) fn name(&self) -> String {
        format!("{}@{}", self.username, self.server.place())
    }

    /// The whole name, or a part of it that tells it from the others.
    fn is_called(&self, text: &str) -> bool {
        text == self.name()
            || text == self.username.as_str()
            || text == self.server.place()
            || text == self.server.as_str()
    }
}

impl Accounts {
    fn path() -> Result<PathBuf, Failure> {
        Ok(files::folder()?.join(FILE))
    }

    pub(crate) fn read() -> Result<Self, Failure> {
        let path = Self::path()?;
        let Some(text) = files::read(&path)? else { return Ok(Self::default()) };
        serde_json::from_str(&text).map_err(|why| {
            let file = path.display();
            Failure::failed(format!("{file} is not what this program wrote: {why}. Remove it, and sign in anew."))
        })
    }

    pub(crate) fn write(&self) -> Result<(), Failure> {
        let text = serde_json::to_string_pretty(self).map_err(|why| Failure::failed(why.to_string()))?;
        files::write(&Self::path()?, &(text + "\n"))
    }

    /// In place of an earlier one of that name; from now on it is the one that is used.
    pub(crate) fn put(&mut self, account: Account) {
        self.current = account.name();
        self.accounts.retain(|other| other.name() != account.name());
        self.accounts.push(account);
    }

    pub(crate) fn drop(&mut self, name: &str) {
        self.accounts.retain(|other| other.name() != name);
        if self.current == name {
            self.current = self.accounts.last().map(Account::name).unwrap_or_default();
        }
    }

    /// The one that is wanted, or without a wish the current one.
    pub(crate) fn find(&self, wanted: Option<&str>) -> Result<&Account, Failure> {
        let Some(wanted) = wanted else {
            let current = self.accounts.iter().find(|account| account.name() == self.current);
            return current.ok_or_else(|| {
                Failure::new(Exit::SignedOut, "You are not signed in. `dockhost login URL` signs in to a server.")
            });
        };
        let found: Vec<&Account> = self.accounts.iter().filter(|account| account.is_called(wanted)).collect();
        match found[..] {
            [account] => Ok(account),
            [] => Err(Failure::new(
                Exit::SignedOut,
                format!(
                    "You are signed in to no account called {}. `dockhost accounts` lists those that there are.",
                    plain(wanted)
                ),
            )),
            [..] => {
                let names: Vec<String> = found.iter().map(|account| account.name()).collect();
                Err(Failure::usage(format!("{} may be {}. Name one of them.", plain(wanted), names.join(" or "))))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(username: &str, server: &str) -> Account {
        let (server, username) = (server.parse().unwrap(), username.parse().unwrap());
        Account { server, username, token: "dhp_x".to_owned(), authority: None }
    }

    #[test]
    fn accounts_are_found_by_what_tells_them_apart() {
        let mut all = Accounts::default();
        assert_eq!(all.find(None).err().unwrap().exit, Exit::SignedOut);
        all.put(account("ada", "https://one.example"));
        all.put(account("ada", "https://two.example:8443"));
        all.put(account("bob", "https://two.example:8443"));
        let name = |wanted| all.find(wanted).map(Account::name).map_err(|why| why.exit);
        assert_eq!(name(None).unwrap(), "bob@two.example:8443");
        assert_eq!(name(Some("one.example")).unwrap(), "ada@one.example");
        assert_eq!(name(Some("bob")).unwrap(), "bob@two.example:8443");
        assert_eq!(name(Some("ada@two.example:8443")).unwrap(), "ada@two.example:8443");
        assert_eq!(name(Some("ada")), Err(Exit::Usage));
        assert_eq!(name(Some("eve")), Err(Exit::SignedOut));
    }

    #[test]
    fn whoever_signs_in_again_replaces_the_token_and_whoever_leaves_goes_back() {
        let mut all = Accounts::default();
        all.put(account("ada", "https://one.example"));
        all.put(account("bob", "https://one.example"));
        all.put(Account { token: "dhp_y".to_owned(), ..account("bob", "https://one.example") });
        assert_eq!((all.accounts.len(), all.find(None).ok().unwrap().token.as_str()), (2, "dhp_y"));
        all.drop("bob@one.example");
        assert_eq!(all.current, "ada@one.example");
        all.drop("ada@one.example");
        assert!(all.find(None).is_err());
    }
}
