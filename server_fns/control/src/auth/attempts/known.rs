//! Where accounts were signed in to.

use std::collections::VecDeque;
use std::net::IpAddr;

/// Places of accounts that are remembered beside those of sessions.
pub(super) const MOST: usize = 2_000;
pub(super) const MOST_OF_ACCOUNT: usize = 20;

/// Where somebody signs in.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Place {
    Address(IpAddr),
    /// By the hash of the key that its last session had.
    Browser(String),
}

impl Place {
    pub(super) const fn wrong_ones(&self) -> &'static str {
        match self {
            Self::Address(_) => "wrong attempts for this account from your address",
            Self::Browser(_) => "wrong attempts for this account from this browser",
        }
    }
}

/// Where an account was signed in to while this process runs. Sessions tell it, too, but end when somebody signs out.
#[derive(Debug, Default)]
pub(super) struct Places(VecDeque<(Place, String)>);

impl Places {
    pub(super) fn has(&self, place: &Place, account: &str) -> bool {
        self.0.iter().any(|(known, name)| known == place && name == account)
    }

    /// Each place of an account once, and not so many that others are forgotten for them.
    pub(super) fn remember(&mut self, place: Place, account: String) {
        let entry = (place, account);
        self.0.retain(|known| *known != entry);
        let mut of_account = self.0.iter().enumerate().filter(|(_, (_, name))| *name == entry.1);
        let oldest = of_account.next().map(|(at, _)| at);
        if let Some(oldest) = oldest.filter(|_| of_account.count() + 1 >= MOST_OF_ACCOUNT) {
            self.0.remove(oldest);
        }
        if self.0.len() >= MOST {
            self.0.pop_front();
        }
        self.0.push_back(entry);
    }

    #[cfg(test)]
    pub(super) fn count(&self) -> usize {
        self.0.len()
    }
}
