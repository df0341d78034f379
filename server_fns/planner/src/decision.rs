//! What came of a command.

use model::event::{EventKind, Happening};

use crate::clock::Now;
use crate::world::{Change, World};

/// What is to be committed as one transaction, what happened by it, and what to answer once it is.
#[must_use]
#[derive(Debug, Clone, PartialEq)]
pub struct Decision<T> {
    pub changes: Vec<Change>,
    pub events: Vec<Happening>,
    /// What happened to the thing that the command is done to; `decide` makes a line of it where anything changes.
    pub line: Option<EventKind>,
    pub answer: T,
}

impl<T> Decision<T> {
    pub const fn new(changes: Vec<Change>, answer: T) -> Self {
        Self { changes, events: Vec::new(), line: None, answer }
    }

    /// What was asked for is so already.
    pub const fn unchanged(answer: T) -> Self {
        Self::new(Vec::new(), answer)
    }

    /// That line. The last that is named counts.
    pub fn leaves(self, kind: EventKind) -> Self {
        Self { line: Some(kind), ..self }
    }

    /// A line about something else than the thing that the command is done to, or with another cause than who asked.
    pub fn tells(mut self, happening: Happening) -> Self {
        self.line = None;
        self.events.push(happening);
        self
    }

    pub fn map<A>(self, answer: impl FnOnce(T) -> A) -> Decision<A> {
        let Self { changes, events, line, answer: given } = self;
        Decision { changes, events, line, answer: answer(given) }
    }

    /// And what was decided beside it, but for its line: whoever takes it in says what happened.
    pub fn also(&mut self, beside: Decision<()>) {
        let Decision { changes, events, line: _, answer: () } = beside;
        self.changes.extend(changes);
        self.events.extend(events);
    }

    /// Everything that is to be committed, with the lines of the log.
    pub fn rows(self, world: &World, now: Now) -> (Vec<Change>, T) {
        let Self { mut changes, events, line: _, answer } = self;
        changes.extend(world.log.lines(events, now));
        (changes, answer)
    }
}
