//! How often somebody may try to sign in, to sign up, to change a password or to use an enrolment code. Each attempt takes
//! from one bucket per address and one per account before the password is looked at, so that guesses sent at once do
//! not slip through; one that was right is given back, so that nobody is slowed who knows the password.
//!
//! From an address, or in a browser, where an account has been signed in to before, an attempt takes from a bucket of these
//! two alone. So strangers who guess at an account, or at others from the same proxy, keep its owner out nowhere that they
//! are known; and those who guess from the owner's own address keep out no browser whose last session was the owner's.

pub(crate) mod buckets;
mod known;

use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use model::refusal::{Refusal, RefusalCode};
use planner::clock::Instant;

use buckets::Buckets;
pub use buckets::Rate;
use known::{Place, Places};

pub(crate) use crate::http::network;

/// Addresses and accounts that are remembered, for each kind of attempt.
const MAX_KEYS: usize = 10_000;
/// No username and no email address is longer.
const MAX_ACCOUNT_CHARS: usize = 254;
const FROM_ADDRESS: &str = "attempts from your address";

/// How many wrong attempts are taken. Wide enough for a class behind one address, narrow enough that
/// guessing one password takes years.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttemptLimits {
    pub sign_in_per_address: Rate,
    /// From where that account was not signed in to before, taken together.
    pub sign_in_per_account: Rate,
    /// From one address, or in one browser, where it was.
    pub sign_in_where_known: Rate,
    /// From one address, at all accounts that were signed in to there, taken together. A whole class may be, and one at whose
    /// account nobody guesses gets in also when this is empty.
    pub sign_in_per_known_address: Rate,
    /// New accounts count here also when all is right: this bounds how fast one address makes them.
    pub sign_up_per_address: Rate,
    pub password_change_per_account: Rate,
    /// Enrolment codes that open nothing.
    pub enrolment_per_address: Rate,
}

impl Default for AttemptLimits {
    fn default() -> Self {
        Self {
            sign_in_per_address: Rate { burst: 20, every: Duration::from_secs(6) },
            sign_in_per_account: Rate { burst: 10, every: Duration::from_secs(30) },
            sign_in_where_known: Rate { burst: 10, every: Duration::from_secs(30) },
            sign_in_per_known_address: Rate { burst: 60, every: Duration::from_secs(2) },
            sign_up_per_address: Rate { burst: 40, every: Duration::from_secs(20) },
            password_change_per_account: Rate { burst: 5, every: Duration::from_secs(30) },
            enrolment_per_address: Rate { burst: 20, every: Duration::from_secs(6) },
        }
    }
}

/// An attempt that was let through; see [`Attempts::give_back`].
#[derive(Debug)]
#[must_use]
pub struct Attempt(Taken);

#[derive(Debug)]
enum Taken {
    SignIn(IpAddr, String),
    /// The address is told if its wide bucket gave one, too.
    SignInWhereKnown(Option<IpAddr>, Place, String),
    PasswordChange(String),
}

/// Somebody who wants to sign in.
#[derive(Debug, Clone, Copy)]
pub struct Visitor<'a> {
    pub address: IpAddr,
    /// The hash of the key of the session that the browser had last, as it says.
    pub browser: Option<&'a str>,
    /// The account has a session from that address, or with that key.
    pub known: Known,
    /// The hash of the account's password. Places where another one was typed are not known.
    pub password: &'a str,
}

/// A session that began, or that goes on under another password.
#[derive(Debug, Clone)]
pub struct Began<'a> {
    pub address: IpAddr,
    /// The hash of its key.
    pub browser: String,
    /// That of the key before it in the same browser.
    pub earlier: Option<String>,
    /// As in [`Visitor`].
    pub password: &'a str,
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
    sign_in_known_address: Buckets<IpAddr>,
    known: Places,
    sign_up_address: Buckets<IpAddr>,
    password_change: Buckets<String>,
    enrolment_address: Buckets<IpAddr>,
}

impl Attempts {
    pub fn new(limits: AttemptLimits) -> Self {
        let tables = Tables {
            sign_in_address: Buckets::new(limits.sign_in_per_address, MAX_KEYS),
            sign_in_account: Buckets::new(limits.sign_in_per_account, MAX_KEYS),
            sign_in_known: Buckets::new(limits.sign_in_where_known, MAX_KEYS),
            sign_in_known_address: Buckets::new(limits.sign_in_per_known_address, MAX_KEYS),
            known: Places::default(),
            sign_up_address: Buckets::new(limits.sign_up_per_address, MAX_KEYS),
            password_change: Buckets::new(limits.password_change_per_account, MAX_KEYS),
            enrolment_address: Buckets::new(limits.enrolment_per_address, MAX_KEYS),
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
        let Visitor { address, browser, known, password } = visitor;
        let (address, account) = (network(address), canonical(account));
        let mut tables = self.lock();
        let browser = browser.map(|hash| (Place::Browser(hash.to_owned()), known.browser));
        let mut refused = None;
        for (place, known) in browser.into_iter().chain([(Place::Address(address), known.address)]) {
            if !known && !tables.known.has(&place, &account, password) {
                continue;
            }
            match tables.take_where_known(address, place, &account, now) {
                Ok(attempt) => return Ok(attempt),
                Err(refusal) => refused = refused.or(Some(refusal)),
            }
        }
        if let Some(refusal) = refused {
            return Err(refusal);
        }
        tables.sign_in_address.take(&address, now).map_err(|wait| too_many(FROM_ADDRESS, wait))?;
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

    /// After an enrolment code that nobody was given. It keeps answers and the log short and protects no code, because none
    /// can be guessed; an instance may call from the address of the node that is to be enrolled.
    ///
    /// # Errors
    /// `RateLimited`, with the seconds to wait.
    pub fn wrong_code(&self, address: IpAddr, now: Instant) -> Result<(), Refusal> {
        let taken = self.lock().enrolment_address.take(&network(address), now);
        taken.map_err(|wait| too_many("enrolment codes from your address opened nothing", wait))
    }

    /// The password was the right one, or was not looked at: the attempt does not count.
    pub fn give_back(&self, attempt: &Attempt) {
        self.lock().give_back(attempt);
    }

    /// From now on, the account is known where that session is.
    pub fn signed_in(&self, account: &str, session: Began<'_>) {
        let Began { address, browser, earlier, password } = session;
        let (account, mut tables, earlier) = (canonical(account), self.lock(), earlier.map(Place::Browser));
        if let Some(earlier) = &earlier {
            tables.known.used(earlier, &account);
        }
        tables.known.remember(Place::Address(network(address)), &account, password, None);
        tables.known.remember(Place::Browser(browser), &account, password, earlier);
    }

    /// A session was ended from elsewhere: its browser may be in other hands.
    pub fn revoked(&self, account: &str, browser: &str) {
        self.lock().known.forget(&Place::Browser(browser.to_owned()), &canonical(account));
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Tables> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tables {
    fn take_where_known(
        &mut self,
        address: IpAddr,
        place: Place,
        account: &str,
        now: Instant,
    ) -> Result<Attempt, Refusal> {
        let at = (place, account.to_owned());
        let rested = self.sign_in_known.is_full(&at, now);
        self.sign_in_known.take(&at, now).map_err(|wait| too_many(at.0.wrong_ones(), wait))?;
        // Nobody guesses the key of a browser, so one that shows it shares no bucket with others at its address.
        let mut wide = None;
        if let Place::Address(_) = at.0 {
            match self.sign_in_known_address.take(&address, now) {
                Ok(()) => wide = Some(address),
                // Nobody guesses at this account, so those who guess at others do not keep it out.
                Err(_) if rested => {}
                Err(wait) => {
                    self.sign_in_known.give_back(&at);
                    return Err(too_many(FROM_ADDRESS, wait));
                }
            }
        }
        Ok(Attempt(Taken::SignInWhereKnown(wide, at.0, at.1)))
    }

    fn give_back(&mut self, attempt: &Attempt) {
        match &attempt.0 {
            Taken::SignIn(address, account) => {
                self.sign_in_address.give_back(address);
                self.sign_in_account.give_back(account);
            }
            Taken::SignInWhereKnown(wide, place, account) => {
                self.sign_in_known.give_back(&(place.clone(), account.clone()));
                if let Some(address) = wide {
                    self.sign_in_known_address.give_back(address);
                }
            }
            Taken::PasswordChange(account) => self.password_change.give_back(account),
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
mod tests;
