//! How fast one person may change things. Each change is a write that everybody else's waits for.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use model::id::PersonId;
use model::refusal::{Refusal, RefusalCode};
use planner::clock::Instant;

use super::attempts::Rate;
use super::attempts::buckets::Buckets;

/// A script that makes a class's machines has room, and one that runs away is slowed.
const RATE: Rate = Rate { burst: 600, every: Duration::from_millis(50) };
const MAX_PEOPLE: usize = 10_000;

#[derive(Debug)]
pub(crate) struct Turns(Mutex<Buckets<PersonId>>);

impl Default for Turns {
    fn default() -> Self {
        Self(Mutex::new(Buckets::new(RATE, MAX_PEOPLE)))
    }
}

impl Turns {
    /// # Errors
    /// `RateLimited`.
    pub(crate) fn take(&self, person: PersonId, now: Instant) -> Result<(), Refusal> {
        let taken = self.0.lock().unwrap_or_else(PoisonError::into_inner).take(&person, now);
        taken.map_err(|_| {
            let message = "You change things faster than 20 times a second, and have for a while. Nothing was changed; try \
                           again in a second.";
            Refusal::new(RefusalCode::RateLimited, message)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_that_runs_away_is_slowed_and_nobody_else() {
        let (turns, ada, grace) = (Turns::default(), PersonId::from_bits(1), PersonId::from_bits(2));
        let at = |millis| Instant(Duration::from_millis(millis));
        let taken = (0..10_000).filter(|millis| turns.take(ada, at(*millis)).is_ok()).count();
        assert!((799..=801).contains(&taken), "{taken}");
        assert_eq!(turns.take(ada, at(9_999)).unwrap_err().code, RefusalCode::RateLimited);
        assert!(turns.take(grace, at(9_999)).is_ok());
    }
}
