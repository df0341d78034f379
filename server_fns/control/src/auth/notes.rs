//! The last uses of credentials that are being noted. Every read asks for that, and where the database takes nothing for a
//! while, reads go on: so there is one note at a time for each.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use planner::actor::Via;

#[derive(Debug, Clone, Default)]
pub(crate) struct Notes(Arc<Mutex<HashSet<Via>>>);

/// Until it is dropped, there is no other note of the same credential.
#[derive(Debug)]
pub(crate) struct Note {
    of: Via,
    all: Notes,
}

impl Notes {
    pub(crate) fn begin(&self, of: Via) -> Option<Note> {
        let is_first = self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(of);
        is_first.then(|| Note { of, all: self.clone() })
    }
}

impl Drop for Note {
    fn drop(&mut self) {
        self.all.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.of);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::id::{SessionId, TokenId};

    #[test]
    fn there_is_one_note_at_a_time_of_each_credential() {
        let notes = Notes::default();
        let token = Via::Token(TokenId::from_bits(1));
        let first = notes.begin(token);
        assert!(first.is_some() && notes.begin(token).is_none());
        assert!(notes.begin(Via::Session(SessionId::from_bits(1))).is_some());
        drop(first);
        assert!(notes.begin(token).is_some());
    }
}
