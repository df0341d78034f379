//! How often somebody may try to sign in, to sign up or to change a password. Each attempt takes from one
//! bucket per address and one per account before the password is looked at, so that guesses sent at once do
//! not slip through; one that was right is given back, so that nobody is slowed who knows the password.
//!
//! From an address, or in a browser, where an account has been signed in to before, an attempt takes from a bucket of these
//! two alone. So strangers who guess at an account, or at others from the same proxy, keep its owner out nowhere that they
//! are known; and those who guess from the owner's own address keep out no browser of theirs.

pub(crate) mod buckets;

use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use model::refusal::{Refusal, RefusalCode};
use planner::clock::Instant;

use buckets::Buckets;
pub use buckets::Rate;

pub(crate) use crate::http::network;

/// Addresses and accounts that are remembered, for each kind of attempt.
const MAX_KEYS: usize = 10_000;
/// Places of accounts that are remembered beside those of sessions.
const MAX_KNOWN: usize = 2_000;
const MAX_KNOWN_OF_ACCOUNT: usize = 20;
/// No username and no email address is longer.
const MAX_ACCOUNT_CHARS: usize = 254;

/// How many wrong attempts are taken. Wide enough for a class behind one address, narrow enough that
/// guessing one password takes years.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttemptLimits {
    pub sign_in_per_address: Rate,
    /// From where that account was not signed in to before, taken together.
    pub sign_in_per_account: Rate,
    /// From one address, or in one browser, where it was.
    pub sign_in_where_known: Rate,
    /// New accounts count here also when all is right: this bounds how fast one address makes them.
    pub sign_up_per_address: Rate,
    pub password_change_per_account: Rate,
}

impl Default for AttemptLimits {
    fn default() -> Self {
        Self {
            sign_in_per_address: Rate { burst: 20, every: Duration::from_secs(6) },
            sign_in_per_account: Rate { burst: 10, every: Duration::from_secs(30) },
            sign_in_where_known: Rate { burst: 10, every: Duration::from_secs(30) },
            sign_up_per_address: Rate { burst: 40, every: Duration::from_secs(20) },
            password_change_per_account: Rate { burst: 5, every: Duration::from_secs(30) },
        }
    }
}

/// An attempt that was let through; see [`Attempts::was_right`].
#[derive(Debug)]
#[must_use]
pub struct Attempt(Taken);

#[derive(Debug)]
enum Taken {
    SignIn(IpAddr, String),
    SignInWhereKnown(Place, String),
    PasswordChange(String),
}

/// Where somebody signs in.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Place {
    Address(IpAddr),
    /// By the hash of the key that its last session had.
    Browser(String),
}

/// Somebody who wants to sign in.
#[derive(Debug, Clone, Copy)]
pub struct Visitor<'a> {
    pub address: IpAddr,
    /// The hash of the key of the session that the browser had last, as it says.
    pub browser: Option<&'a str>,
    /// The account has a session from that address, or with that key.
    pub known: Known,
}

#[derive(Debug, Clone, Copy, Default)]
pub struct Known {
    pub address: bool,
    pub browser: bool,
}

#[derive(Debug)]
pub struct Attempts {
    limits: AttemptLimits,
    tables: Mutex<Tables>,
}

#[derive(Debug)]
struct Tables {
    sign_in_address: Buckets<IpAddr>,
    sign_in_account: Buckets<String>,
    sign_in_known: Buckets<(Place, String)>,
    /// Where an account was signed in to while this process runs. Sessions tell it, too, but end when somebody signs out.
    known: VecDeque<(Place, String)>,
    sign_up_address: Buckets<IpAddr>,
    password_change: Buckets<String>,
}

impl Attempts {
    pub fn new(limits: AttemptLimits) -> Self {
        let tables = Tables {
            sign_in_address: Buckets::new(limits.sign_in_per_address, MAX_KEYS),
            sign_in_account: Buckets::new(limits.sign_in_per_account, MAX_KEYS),
            sign_in_known: Buckets::new(limits.sign_in_where_known, MAX_KEYS),
            known: VecDeque::new(),
            sign_up_address: Buckets::new(limits.sign_up_per_address, MAX_KEYS),
            password_change: Buckets::new(limits.password_change_per_account, MAX_KEYS),
        };
        Self { limits, tables: Mutex::new(tables) }
    }

    pub const fn limits(&self) -> AttemptLimits {
        self.limits
    }

    /// Before a password is looked at. `account` is its username, or what was typed where there is no such account.
    ///
    /// # Errors
    /// `RateLimited`, with the seconds to wait.
    pub fn sign_in(&self, visitor: Visitor<'_>, account: &str, now: Instant) -> Result<Attempt, Refusal> {
        let Visitor { address, browser, known } = visitor;
        let (address, account) = (network(address), canonical(account));
        let mut tables = self.lock();
        let browser = browser.map(|hash| (Place::Browser(hash.to_owned()), known.browser));
        let mut places = browser.into_iter().chain([(Place::Address(address), known.address)]);
        let known = places.find(|(place, known)| *known || tables.knows(place, &account));
        if let Some((place, _)) = known {
            let at = (place, account);
            tables.sign_in_known.take(&at, now).map_err(|wait| too_many(at.0.wrong_ones(), wait))?;
            return Ok(Attempt(Taken::SignInWhereKnown(at.0, at.1)));
        }
        tables.sign_in_address.take(&address, now).map_err(|wait| too_many("attempts from your address", wait))?;
        if let Err(wait) = tables.sign_in_account.take(&account, now) {
            tables.sign_in_address.give_back(&address);
            return Err(too_many("wrong attempts for this account", wait));
        }
        Ok(Attempt(Taken::SignIn(address, account)))
    }

    /// Before an account is made.
    ///
    /// # Errors
    /// `RateLimited`, with the seconds to wait.
    pub fn sign_up(&self, address: IpAddr, now: Instant) -> Result<(), Refusal> {
        let taken = self.lock().sign_up_address.take(&network(address), now);
        taken.map_err(|wait| too_many("accounts were made from your address", wait))
    }

    /// Before the current password of somebody who is signed in is looked at.
    ///
    /// # Errors
    /// `RateLimited`, with the seconds to wait.
    pub fn password_change(&self, account: &str, now: Instant) -> Result<Attempt, Refusal> {
        let account = canonical(account);
        let taken = self.lock().password_change.take(&account, now);
        taken.map_err(|wait| too_many("wrong attempts for this account", wait))?;
        Ok(Attempt(Taken::PasswordChange(account)))
    }

    /// The password was the right one: the attempt does not count.
    pub fn was_right(&self, attempt: Attempt) {
        let mut tables = self.lock();
        match attempt.0 {
            Taken::SignIn(address, account) => {
                tables.sign_in_address.give_back(&address);
                tables.sign_in_account.give_back(&account);
                tables.remember(Place::Address(address), account);
            }
            Taken::SignInWhereKnown(place, account) => tables.sign_in_known.give_back(&(place, account)),
            Taken::PasswordChange(account) => tables.password_change.give_back(&account),
        }
    }

    /// A session of the account began in a browser, which has its key now: this is the hash.
    pub fn signed_in(&self, account: &str, browser: String) {
        self.lock().remember(Place::Browser(browser), canonical(account));
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Tables> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tables {
    fn knows(&self, place: &Place, account: &str) -> bool {
        self.known.iter().any(|(known, name)| known == place && name == account)
    }

    /// Each place of an account once, and not so many that others are forgotten for them.
    fn remember(&mut self, place: Place, account: String) {
        let entry = (place, account);
        self.known.retain(|known| *known != entry);
        let mut of_account = self.known.iter().enumerate().filter(|(_, (_, name))| *name == entry.1);
        let oldest = of_account.next().map(|(at, _)| at);
        if let Some(oldest) = oldest.filter(|_| of_account.count() + 1 >= MAX_KNOWN_OF_ACCOUNT) {
            self.known.remove(oldest);
        }
        if self.known.len() >= MAX_KNOWN {
            self.known.pop_front();
        }
        self.known.push_back(entry);
    }
}

impl Place {
    const fn wrong_ones(&self) -> &'static str {
        match self {
            Self::Address(_) => "wrong attempts for this account from your address",
            Self::Browser(_) => "wrong attempts for this account from this browser",
        }
    }
}

fn canonical(account: &str) -> String {
    account.trim().chars().take(MAX_ACCOUNT_CHARS).flat_map(char::to_lowercase).collect()
}

fn too_many(what: &str, wait: Duration) -> Refusal {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    Refusal::new(RefusalCode::RateLimited, format!("Too many {what}. Try again in {seconds} s."))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOME: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 7));
    const T0: Instant = Instant(Duration::from_secs(5));

    fn from(address: IpAddr) -> Visitor<'static> {
        Visitor { address, browser: None, known: Known::default() }
    }

    /// Where the account has a session.
    fn at_home(address: IpAddr) -> Visitor<'static> {
        Visitor { known: Known { address: true, browser: false }, ..from(address) }
    }

    fn after(seconds: u64) -> Instant {
        Instant(T0.0 + Duration::from_secs(seconds))
    }

    #[test]
    fn right_ones_never_count() {
        let attempts = Attempts::new(AttemptLimits::default());
        for _ in 0..1_000 {
            let attempt = attempts.sign_in(from(HOME), "ada", T0).unwrap();
            attempts.was_right(attempt);
            let attempt = attempts.password_change("ada", T0).unwrap();
            attempts.was_right(attempt);
        }
    }

    #[test]
    fn wrong_ones_for_one_account_are_counted_whatever_the_address_and_the_spelling() {
        let attempts = Attempts::new(AttemptLimits::default());
        let wrong = attempts.limits().sign_in_per_account.burst;
        for n in 0..wrong {
            let address = IpAddr::V4(std::net::Ipv4Addr::from_bits(n));
            let _ = attempts.sign_in(from(address), if n % 2 == 0 { "ada" } else { " ADA" }, T0).unwrap();
        }
        let refusal = attempts.sign_in(from(HOME), "ada", T0).unwrap_err();
        assert_eq!(refusal.code, RefusalCode::RateLimited);
        assert_eq!(refusal.message, "Too many wrong attempts for this account. Try again in 30 s.");
        assert!(attempts.sign_in(from(HOME), "grace", T0).is_ok());
        assert!(attempts.sign_in(from(HOME), "ada", after(29)).is_err());
        assert!(attempts.sign_in(from(HOME), "ada", after(30)).is_ok());
    }

    #[test]
    fn strangers_keep_nobody_out_where_they_are_known() {
        let attempts = Attempts::new(AttemptLimits::default());
        // Guesses at ada from everywhere, and at others from the very proxy through which she comes.
        for second in 0..2_000_u64 {
            let stranger = IpAddr::V4(std::net::Ipv4Addr::from_bits(u32::try_from(second).unwrap()));
            drop(attempts.sign_in(from(stranger), "ada", after(second)));
            drop(attempts.sign_in(from(HOME), "grace", after(second)));
            drop(attempts.sign_in(from(HOME), &format!("nobody-{second}"), after(second)));
        }
        let now = after(2_000);
        assert!(
            attempts.sign_in(from("203.0.113.9".parse().unwrap()), "ada", now).is_err(),
            "a place that nobody knows"
        );
        assert!(attempts.sign_in(from(HOME), "someone", now).is_err());
        let attempt = attempts.sign_in(at_home(HOME), "ada", now).unwrap();
        attempts.was_right(attempt);
        // Her session has ended, and the address is remembered.
        let elsewhere = "198.51.100.4".parse().unwrap();
        let attempt = attempts.sign_in(from(elsewhere), "grace-2", now).unwrap();
        attempts.was_right(attempt);
        for _ in 0..100 {
            drop(attempts.sign_in(from(elsewhere), "nobody", now));
        }
        assert!(attempts.sign_in(from(elsewhere), "nobody", now).is_err());
        assert!(attempts.sign_in(from(elsewhere), "grace-2", now).is_ok());
    }

    #[test]
    fn who_guesses_where_somebody_is_known_is_slowed_as_well() {
        let attempts = Attempts::new(AttemptLimits::default());
        let taken = (0..100).filter(|_| attempts.sign_in(at_home(HOME), "ada", T0).is_ok()).count();
        assert_eq!(taken, 10);
        let refusal = attempts.sign_in(at_home(HOME), "ada", T0).unwrap_err();
        assert_eq!(refusal.message, "Too many wrong attempts for this account from your address. Try again in 30 s.");
        assert!(attempts.sign_in(at_home("198.51.100.4".parse().unwrap()), "ada", T0).is_ok(), "another place of hers");
    }

    #[test]
    fn who_guesses_from_the_owners_own_address_keeps_out_no_browser_of_theirs() {
        let attempts = Attempts::new(AttemptLimits::default());
        attempts.signed_in("Ada", "hash".to_owned());
        for _ in 0..100 {
            drop(attempts.sign_in(at_home(HOME), "ada", T0));
            drop(attempts.sign_in(from(HOME), "nobody", T0));
            drop(attempts.sign_in(Visitor { browser: Some("invented"), ..at_home(HOME) }, "ada", T0));
        }
        assert!(attempts.sign_in(at_home(HOME), "ada", T0).is_err());
        let in_browser = Visitor { browser: Some("hash"), ..from(HOME) };
        let attempt = attempts.sign_in(in_browser, "ada", T0).unwrap();
        attempts.was_right(attempt);
        let live = Known { address: true, browser: true };
        assert!(attempts.sign_in(Visitor { browser: Some("live"), known: live, ..from(HOME) }, "ada", T0).is_ok());
        for n in 0..3 * MAX_KNOWN {
            attempts.signed_in("grace", n.to_string());
        }
        assert_eq!(attempts.lock().known.len(), MAX_KNOWN_OF_ACCOUNT + 1, "she makes the server forget nobody else");
        // A browser is one account's, and guesses in it are slowed as well.
        assert!(attempts.sign_in(in_browser, "nobody", T0).is_err());
        let taken = (0..100).filter(|_| attempts.sign_in(in_browser, "ada", T0).is_ok()).count();
        assert_eq!(taken, 10);
        let refusal = attempts.sign_in(in_browser, "ada", T0).unwrap_err();
        assert_eq!(refusal.message, "Too many wrong attempts for this account from this browser. Try again in 30 s.");
    }

    #[test]
    fn a_refused_account_does_not_use_up_the_address() {
        let attempts = Attempts::new(AttemptLimits::default());
        for _ in 0..100 {
            let _ = attempts.sign_in(from(HOME), "ada", T0);
        }
        assert!(attempts.sign_in(from(HOME), "grace", T0).is_ok());
    }

    #[test]
    fn one_address_cannot_try_many_accounts() {
        let attempts = Attempts::new(AttemptLimits::default());
        let net: IpAddr = "2001:db8::1".parse().unwrap();
        let same: IpAddr = "2001:db8::ffff:1".parse().unwrap();
        for n in 0..attempts.limits().sign_in_per_address.burst {
            let _ = attempts.sign_in(from(net), &format!("person-{n}"), T0).unwrap();
        }
        let refusal = attempts.sign_in(from(same), "one-more", T0).unwrap_err();
        assert_eq!(refusal.message, "Too many attempts from your address. Try again in 6 s.");
        assert!(attempts.sign_in(from("2001:db8:0:1::1".parse().unwrap()), "one-more", T0).is_ok());
    }

    #[test]
    fn accounts_are_made_at_a_bounded_speed() {
        let attempts = Attempts::new(AttemptLimits::default());
        let made = (0..200).filter(|_| attempts.sign_up(HOME, T0).is_ok()).count();
        assert_eq!(made, 40);
        assert!(attempts.sign_up(HOME, after(20)).is_ok());
    }
}
