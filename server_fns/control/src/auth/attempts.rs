//! How often somebody may try to sign in, to sign up or to change a password. Each attempt takes from one
//! bucket per address and one per account before the password is looked at, so that guesses sent at once do
//! not slip through; one that was right is given back, so that nobody is slowed who knows the password.

mod buckets;

use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use model::refusal::{Refusal, RefusalCode};
use planner::clock::Instant;

use buckets::Buckets;
pub use buckets::Rate;

/// Addresses and accounts that are remembered, for each kind of attempt.
const MAX_KEYS: usize = 10_000;
/// No username and no email address is longer.
const MAX_ACCOUNT_CHARS: usize = 254;

/// How many wrong attempts are taken. Wide enough for a class behind one address, narrow enough that
/// guessing one password takes years.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttemptLimits {
    pub sign_in_per_address: Rate,
    pub sign_in_per_account: Rate,
    /// New accounts count here also when all is right: this bounds how fast one address makes them.
    pub sign_up_per_address: Rate,
    pub password_change_per_account: Rate,
}

impl Default for AttemptLimits {
    fn default() -> Self {
        Self {
            sign_in_per_address: Rate { burst: 20, every: Duration::from_secs(6) },
            sign_in_per_account: Rate { burst: 10, every: Duration::from_secs(30) },
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
    PasswordChange(String),
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
    sign_up_address: Buckets<IpAddr>,
    password_change: Buckets<String>,
}

impl Attempts {
    pub fn new(limits: AttemptLimits) -> Self {
        let tables = Tables {
            sign_in_address: Buckets::new(limits.sign_in_per_address, MAX_KEYS),
            sign_in_account: Buckets::new(limits.sign_in_per_account, MAX_KEYS),
            sign_up_address: Buckets::new(limits.sign_up_per_address, MAX_KEYS),
            password_change: Buckets::new(limits.password_change_per_account, MAX_KEYS),
        };
        Self { limits, tables: Mutex::new(tables) }
    }

    pub const fn limits(&self) -> AttemptLimits {
        self.limits
    }

    /// Before a password is looked at. `account` is what was typed, whether there is such an account or not.
    ///
    /// # Errors
    /// `RateLimited`, with the seconds to wait.
    pub fn sign_in(&self, address: IpAddr, account: &str, now: Instant) -> Result<Attempt, Refusal> {
        let (address, account) = (network(address), canonical(account));
        let mut tables = self.lock();
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
            }
            Taken::PasswordChange(account) => tables.password_change.give_back(&account),
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Tables> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One home or one machine: a whole /64 of IPv6, since its owner has all of it.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) => IpAddr::V4(v4),
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
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

    fn after(seconds: u64) -> Instant {
        Instant(T0.0 + Duration::from_secs(seconds))
    }

    #[test]
    fn right_ones_never_count() {
        let attempts = Attempts::new(AttemptLimits::default());
        for _ in 0..1_000 {
            let attempt = attempts.sign_in(HOME, "ada", T0).unwrap();
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
            let _ = attempts.sign_in(address, if n % 2 == 0 { "ada" } else { " ADA" }, T0).unwrap();
        }
        let refusal = attempts.sign_in(HOME, "ada", T0).unwrap_err();
        assert_eq!(refusal.code, RefusalCode::RateLimited);
        assert_eq!(refusal.message, "Too many wrong attempts for this account. Try again in 30 s.");
        assert!(attempts.sign_in(HOME, "grace", T0).is_ok());
        assert!(attempts.sign_in(HOME, "ada", after(29)).is_err());
        assert!(attempts.sign_in(HOME, "ada", after(30)).is_ok());
    }

    #[test]
    fn a_refused_account_does_not_use_up_the_address() {
        let attempts = Attempts::new(AttemptLimits::default());
        for _ in 0..100 {
            let _ = attempts.sign_in(HOME, "ada", T0);
        }
        assert!(attempts.sign_in(HOME, "grace", T0).is_ok());
    }

    #[test]
    fn one_address_cannot_try_many_accounts() {
        let attempts = Attempts::new(AttemptLimits::default());
        let net: IpAddr = "2001:db8::1".parse().unwrap();
        let same: IpAddr = "2001:db8::ffff:1".parse().unwrap();
        for n in 0..attempts.limits().sign_in_per_address.burst {
            let _ = attempts.sign_in(net, &format!("person-{n}"), T0).unwrap();
        }
        let refusal = attempts.sign_in(same, "one-more", T0).unwrap_err();
        assert_eq!(refusal.message, "Too many attempts from your address. Try again in 6 s.");
        assert!(attempts.sign_in("2001:db8:0:1::1".parse().unwrap(), "one-more", T0).is_ok());
    }

    #[test]
    fn accounts_are_made_at_a_bounded_speed() {
        let attempts = Attempts::new(AttemptLimits::default());
        let made = (0..200).filter(|_| attempts.sign_up(HOME, T0).is_ok()).count();
        assert_eq!(made, 40);
        assert!(attempts.sign_up(HOME, after(20)).is_ok());
    }
}
