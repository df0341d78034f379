//! What came of a command.

use model::event::Happening;

use crate::clock::Now;
use crate::world::{Change, World};

/// What is to be committed as one transaction, what happened by it, and what to answer once it is.
#[must_use]
#[derive(Debug, Clone, PartialEq)]
pub struct Decision<T> {
    pub changes: Vec<Change>,
    pub events: Vec<Happening>,
    pub answer: T,
}

impl<T> Decision<T> {
    pub const fn new(changes: Vec<Change>, answer: T) -> Self {
        Self { changes, events: Vec::new(), answer }
    }

    /// What was asked for is so already.
    pub const fn unchanged(answer: T) -> Self {
        Self::new(Vec::new(), answer)
    }

    pub fn map<A>(self, answer: impl FnOnce(T) -> A) -> Decision<A> {
        let Self { changes, events, answer: given } = self;
        Decision { changes, events, answer: answer(given) }
    }

    /// And what was decided beside it.
    pub fn also(&mut self, beside: Decision<()>) {
        let Decision { changes, events, answer: () } = beside;
        self.changes.extend(changes);
        self.events.extend(events);
    }

    /// Everything that is to be committed, with the lines of the log.
    pub fn rows(self, world: &World, now: Now) -> (Vec<Change>, T) {
        let Self { mut changes, events, answer } = self;
        changes.extend(world.log.lines(events, now));
        (changes, answer)
    }
}
