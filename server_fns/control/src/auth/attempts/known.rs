//! Where accounts were signed in to.

use std::collections::{HashMap, VecDeque};
use std::mem::discriminant;
use std::net::IpAddr;

/// Places of accounts that are remembered beside those of sessions.
pub(super) const MAX: usize = 2_000;
/// Addresses, and as many browsers.
pub(super) const MAX_OF_ACCOUNT: usize = 10;

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
pub(super) struct Places(VecDeque<KnownPlace>);

#[derive(Debug)]
struct KnownPlace {
    place: Place,
    account: String,
    /// The hash of the password that was typed there.
    password: String,
    /// The key that this browser showed when it was given its own. It stays until the newer one is shown: an answer may be
    /// lost on its way.
    earlier: Option<Place>,
}

impl Places {
    /// `password` is the hash of the account's: places where another was typed are known no longer.
    pub(super) fn has(&self, place: &Place, account: &str, password: &str) -> bool {
        self.at(place, account).and_then(|at| self.0.get(at)).is_some_and(|known| known.password == password)
    }

    /// Each place of an account once, the latest use last, and not so many that others are forgotten for them.
    pub(super) fn remember(&mut self, place: Place, account: &str, password: &str, earlier: Option<Place>) {
        self.forget(&place, account);
        let like = |known: &KnownPlace| discriminant(&known.place) == discriminant(&place) && known.account == account;
        if self.0.iter().filter(|known| like(known)).count() >= MAX_OF_ACCOUNT
            && let Some(oldest) = self.0.iter().position(like)
        {
            self.0.remove(oldest);
        }
        if self.0.len() >= MAX {
            self.forget_of_largest();
        }
        self.0.push_back(KnownPlace { place, account: account.to_owned(), password: password.to_owned(), earlier });
    }

    /// Somebody signed in there: the browser has this key, and needs the one before it no longer.
    pub(super) fn used(&mut self, place: &Place, account: &str) {
        let Some(known) = self.at(place, account).and_then(|at| self.0.remove(at)) else { return };
        if let Some(earlier) = &known.earlier {
            self.forget(earlier, account);
        }
        self.0.push_back(KnownPlace { earlier: None, ..known });
    }

    pub(super) fn forget(&mut self, place: &Place, account: &str) {
        self.0.retain(|known| known.place != *place || known.account != account);
    }

    fn at(&self, place: &Place, account: &str) -> Option<usize> {
        self.0.iter().position(|known| known.place == *place && known.account == account)
    }

    /// The oldest of the account that has most. So nobody is forgotten for those who sign in with many accounts, while
    /// these have more.
    fn forget_of_largest(&mut self) {
        let mut counts = HashMap::new();
        for known in &self.0 {
            *counts.entry(known.account.as_str()).or_insert(0_usize) += 1;
        }
        let most = counts.values().max().copied();
        let oldest = self.0.iter().position(|known| counts.get(known.account.as_str()).copied() == most);
        oldest.and_then(|at| self.0.remove(at));
    }

    #[cfg(test)]
    pub(super) fn count(&self) -> usize {
        self.0.len()
    }
}
