//! Tickets: where an address is the only place for a secret. Addresses get into logs, so what stands in one is worth
//! nothing a moment later.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use model::id::PersonId;
use model::refusal::{Refusal, RefusalCode};
use model::ticket::Ticket;
use tokio::time::Instant;

use crate::auth::secret::{self, Secret, SecretKind};

/// How long one can be used.
const LIFETIME: Duration = Duration::from_secs(30);
/// Tickets of one person that are not used yet. Nobody's wait in the way of another's.
const MAX: usize = 500;
/// Entries of used tickets in the line that nobody minds.
const SLACK: usize = 64;

/// Of one kind; each says what its holder may do.
pub(crate) struct Tickets<Admission>(Mutex<Given<Admission>>);

struct Given<Admission> {
    /// By the hash of the secret.
    waiting: HashMap<String, (PersonId, Admission)>,
    /// How many of these are whose.
    held: HashMap<PersonId, usize>,
    /// In the order in which they expire; used ones may stand among them.
    line: VecDeque<(Instant, String)>,
}

impl<Admission> Default for Tickets<Admission> {
    fn default() -> Self {
        Self(Mutex::new(Given { waiting: HashMap::new(), held: HashMap::new(), line: VecDeque::new() }))
    }
}

impl<Admission> Tickets<Admission> {
    /// # Errors
    /// While too many of that person's wait to be used.
    pub(crate) fn give(&self, person: PersonId, admission: Admission, now: Instant) -> Result<Ticket, Refusal> {
        let mut given = self.given(now);
        let held = given.held.entry(person).or_default();
        if *held >= MAX {
            let message = format!("You have {MAX} tickets that wait to be used. Try again in half a minute.");
            return Err(Refusal::new(RefusalCode::RateLimited, message));
        }
        *held += 1;
        let secret = Secret::generate(SecretKind::Ticket);
        let hash = secret::hash(secret.expose());
        given.line.push_back((now + LIFETIME, hash.clone()));
        given.waiting.insert(hash, (person, admission));
        Ok(Ticket { secret: secret.expose().to_owned() })
    }

    /// Once.
    ///
    /// # Errors
    /// When it was used, is too old, or never was one.
    pub(crate) fn redeem(&self, ticket: &str, now: Instant) -> Result<Admission, Refusal> {
        self.given(now).take(&secret::hash(ticket)).ok_or_else(|| {
            let message = "This ticket was used, has expired, or never was one. Ask for another.";
            Refusal::new(RefusalCode::Unauthenticated, message)
        })
    }

    /// Those that can still be used.
    fn given(&self, now: Instant) -> MutexGuard<'_, Given<Admission>> {
        let mut given = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        given.forget(now);
        given
    }
}

impl<Admission> Given<Admission> {
    fn take(&mut self, hash: &str) -> Option<Admission> {
        let (person, admission) = self.waiting.remove(hash)?;
        if let Some(held) = self.held.get_mut(&person) {
            *held -= 1;
            if *held == 0 {
                self.held.remove(&person);
            }
        }
        Some(admission)
    }

    /// Each entry of the line is looked at a bounded number of times in its life, however many there are.
    fn forget(&mut self, now: Instant) {
        while let Some((_, hash)) = self.line.pop_front_if(|(until, _)| *until <= now) {
            drop(self.take(&hash));
        }
        if self.line.len() > 2 * self.waiting.len() + SLACK {
            let waiting = &self.waiting;
            self.line.retain(|(_, hash)| waiting.contains_key(hash));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: PersonId = PersonId::from_bits(1);
    const EVE: PersonId = PersonId::from_bits(2);

    #[test]
    fn a_ticket_opens_once_and_soon() {
        let tickets = Tickets::default();
        let now = Instant::now();
        let ticket = tickets.give(ADA, "first", now).unwrap().secret;
        assert_eq!(tickets.redeem(&ticket, now), Ok("first"));
        assert!(tickets.redeem(&ticket, now).is_err());
        let late = tickets.give(ADA, "second", now).unwrap().secret;
        assert!(tickets.redeem(&late, now + LIFETIME).is_err());
        assert!(tickets.redeem("", now).is_err());
    }

    #[test]
    fn whoever_asks_for_very_many_is_in_nobodys_way() {
        let tickets = Tickets::default();
        let now = Instant::now();
        for _ in 0..MAX {
            tickets.give(EVE, (), now).unwrap();
        }
        assert_eq!(tickets.give(EVE, (), now).unwrap_err().code, RefusalCode::RateLimited);
        let adas = tickets.give(ADA, (), now).unwrap().secret;
        tickets.redeem(&adas, now).unwrap();
        tickets.give(EVE, (), now + LIFETIME).unwrap();
    }

    #[test]
    fn used_tickets_leave_nothing_behind() {
        let tickets = Tickets::default();
        let now = Instant::now();
        for _ in 0..20 * MAX {
            let ticket = tickets.give(EVE, (), now).unwrap().secret;
            tickets.redeem(&ticket, now).unwrap();
        }
        let given = tickets.0.lock().unwrap();
        assert!(given.waiting.is_empty() && given.held.is_empty());
        assert!(given.line.len() <= SLACK + 1, "{} entries of used tickets are kept", given.line.len());
    }
}
