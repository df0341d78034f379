//! Tickets: where an address is the only place for a secret. Addresses get into logs, so what stands in one is worth
//! nothing a moment later.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use model::refusal::{Refusal, RefusalCode};
use model::ticket::Ticket;
use tokio::time::Instant;

use crate::auth::secret::{self, Secret, SecretKind};

/// How long one can be used.
const LIFETIME: Duration = Duration::from_secs(30);
/// Tickets that are not used yet.
const MOST: usize = 10_000;

/// Of one kind; each says what its holder may do.
pub(crate) struct Tickets<Admission> {
    /// By the hash of the secret.
    given: Mutex<HashMap<String, (Instant, Admission)>>,
}

impl<Admission> Default for Tickets<Admission> {
    fn default() -> Self {
        Self { given: Mutex::default() }
    }
}

impl<Admission> Tickets<Admission> {
    /// # Errors
    /// While too many wait to be used.
    pub(super) fn give(&self, admission: Admission, now: Instant) -> Result<Ticket, Refusal> {
        let mut given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        given.retain(|_, (until, _)| *until > now);
        if given.len() >= MOST {
            let message = "Too many tickets wait to be used. Try again in a moment.";
            return Err(Refusal::new(RefusalCode::RateLimited, message));
        }
        let secret = Secret::generate(SecretKind::Ticket);
        given.insert(secret::hash(secret.expose()), (now + LIFETIME, admission));
        Ok(Ticket { secret: secret.expose().to_owned() })
    }

    /// Once.
    ///
    /// # Errors
    /// When it was used, is too old, or never was one.
    pub(super) fn redeem(&self, ticket: &str, now: Instant) -> Result<Admission, Refusal> {
        let mut given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        let found = given.remove(&secret::hash(ticket)).filter(|(until, _)| *until > now);
        found.map(|(_, admission)| admission).ok_or_else(|| {
            let message = "This ticket was used, has expired, or never was one. Ask for another.";
            Refusal::new(RefusalCode::Unauthenticated, message)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_opens_once_and_soon() {
        let tickets = Tickets::default();
        let now = Instant::now();
        let ticket = tickets.give("first", now).unwrap().secret;
        assert_eq!(tickets.redeem(&ticket, now), Ok("first"));
        assert!(tickets.redeem(&ticket, now).is_err());
        let late = tickets.give("second", now).unwrap().secret;
        assert!(tickets.redeem(&late, now + LIFETIME).is_err());
        assert!(tickets.redeem("", now).is_err());
    }

    #[test]
    fn not_everybody_may_wait() {
        let tickets = Tickets::default();
        let now = Instant::now();
        for _ in 0..MOST {
            tickets.give((), now).unwrap();
        }
        assert!(tickets.give((), now).is_err());
        tickets.give((), now + LIFETIME).unwrap();
    }
}
