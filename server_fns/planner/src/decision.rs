//! What came of a command.

use crate::clock::Now;
use crate::draw::Draw;
use crate::event::{Event, timeline};
use crate::world::{Change, World};

/// What is to be committed as one transaction, what happened by it, and what to answer once it is.
#[must_use]
#[derive(Debug, Clone, PartialEq)]
pub struct Decision<T> {
    pub changes: Vec<Change>,
    pub events: Vec<Event>,
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

    /// Everything that is to be committed, with the rows of the timelines.
    pub fn rows(self, world: &World, draw: &mut dyn Draw, now: Now) -> (Vec<Change>, T) {
        let Self { mut changes, events, answer } = self;
        changes.extend(timeline(world, &events, draw, now));
        (changes, answer)
    }
}
