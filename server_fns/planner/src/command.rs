//! What people and nodes ask for. Each function reads the world and answers with the changes to commit,
//! or with a refusal; none of them changes anything.

use model::Timestamp;

use crate::clock::Now;
use crate::draw::Draw;
use crate::event::{Event, timeline};
use crate::world::{Change, World};

pub mod channel;
pub mod instances;
pub mod nodes;
pub mod people;
pub mod settings;
pub mod ssh_keys;
pub mod tokens;

/// What is to be committed as one transaction, and what to answer once it is.
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

/// Draws until the id is a new one.
pub(crate) fn fresh<I>(draw: &mut dyn Draw, make: fn(u64) -> I, taken: impl Fn(&I) -> bool) -> I {
    loop {
        let id = make(draw.bits());
        if !taken(&id) {
            return id;
        }
    }
}

/// Whether that much time has gone by. A wall clock that was set back makes nothing older.
pub(crate) fn is_past(at: Timestamp, age: std::time::Duration, now: Timestamp) -> bool {
    (now - at).to_std().is_ok_and(|passed| passed >= age)
}
