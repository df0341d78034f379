//! Tickets: a socket's address is the only place where a browser can put a secret, and addresses get into logs, so what
//! stands in one is worth nothing a moment later.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use model::id::InstanceId;
use planner::actor::Actor;
use tokio::time::Instant;

use crate::auth::secret::{self, Secret, SecretKind};

/// How long one can be used.
const LIFETIME: Duration = Duration::from_secs(30);
/// Tickets that are not used yet.
const MOST: usize = 10_000;
/// Of a terminal's name, in hex.
const NAME: usize = 16;

/// Who may open what.
pub(super) struct Admission {
    pub(super) actor: Actor,
    pub(super) instance: InstanceId,
    pub(super) terminal: String,
    pub(super) columns: u16,
    pub(super) rows: u16,
}

#[derive(Default)]
pub(crate) struct Tickets {
    /// By the hash of the secret.
    given: Mutex<HashMap<String, (Instant, Admission)>>,
}

impl Tickets {
    /// `None` while too many wait to be used.
    pub(super) fn give(&self, admission: Admission, now: Instant) -> Option<String> {
        let mut given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        given.retain(|_, (until, _)| *until > now);
        if given.len() >= MOST {
            return None;
        }
        let secret = Secret::generate(SecretKind::Ticket);
        given.insert(secret::hash(secret.expose()), (now + LIFETIME, admission));
        Some(secret.expose().to_owned())
    }

    /// Once.
    pub(super) fn redeem(&self, ticket: &str, now: Instant) -> Option<Admission> {
        let mut given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        let (until, admission) = given.remove(&secret::hash(ticket))?;
        (until > now).then_some(admission)
    }
}

pub(super) fn is_name(text: &str) -> bool {
    text.len() == NAME && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

pub(super) fn fresh_name() -> String {
    format!("{:016x}", crate::store::random::bits64().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use planner::actor::Via;

    fn admission() -> Admission {
        let actor = Actor {
            person: model::id::PersonId::from_bits(1),
            username: "ada".parse().unwrap(),
            administrator: false,
            via: Via::Console,
        };
        let terminal = fresh_name();
        Admission { actor, instance: InstanceId::from_bits(7), terminal, columns: 80, rows: 24 }
    }

    #[test]
    fn a_ticket_opens_once_and_soon() {
        let tickets = Tickets::default();
        let now = Instant::now();
        let ticket = tickets.give(admission(), now).unwrap();
        assert_eq!(tickets.redeem(&ticket, now).unwrap().instance, InstanceId::from_bits(7));
        assert!(tickets.redeem(&ticket, now).is_none());
        let late = tickets.give(admission(), now).unwrap();
        assert!(tickets.redeem(&late, now + LIFETIME).is_none());
        assert!(tickets.redeem("", now).is_none());
    }

    #[test]
    fn names_have_one_form() {
        assert!(is_name(&fresh_name()));
        for bad in ["", "0123456789abcde", "0123456789abcdefg", "0123456789ABCDEF", "../../etc/passwd", "a\nb"] {
            assert!(!is_name(bad), "{bad:?}");
        }
    }
}
