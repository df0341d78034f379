//! What people and nodes ask for. Each function reads the world and answers with the changes to commit,
//! or with a refusal; none of them changes anything.

use model::Timestamp;
use model::event::InstanceEvent;
use model::id::{EventId, InstanceId};

use crate::clock::Now;
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
    pub answer: T,
}

impl<T> Decision<T> {
    pub const fn new(changes: Vec<Change>, answer: T) -> Self {
        Self { changes, answer }
    }

    /// What was asked for is so already.
    pub const fn unchanged(answer: T) -> Self {
        Self { changes: Vec::new(), answer }
    }
}

/// Draws until the id is a new one.
fn fresh<I>(draw: &mut dyn FnMut() -> u64, make: fn(u64) -> I, taken: impl Fn(&I) -> bool) -> I {
    loop {
        let id = make(draw());
        if !taken(&id) {
            return id;
        }
    }
}

/// One line of an instance's timeline.
fn event(
    world: &World,
    instance: InstanceId,
    actor: &str,
    text: String,
    draw: &mut dyn FnMut() -> u64,
    now: Now,
) -> Change {
    let timeline = world.timeline(instance);
    let id = fresh(draw, EventId::from_bits, |id| timeline.iter().any(|event| event.id == *id));
    Change::PutEvent(InstanceEvent { id, instance, at: now.wall, actor: actor.to_owned(), text })
}

/// Whether that much time has gone by. A wall clock that was set back makes nothing older.
pub(crate) fn is_past(at: Timestamp, age: std::time::Duration, now: Timestamp) -> bool {
    (now - at).to_std().is_ok_and(|passed| passed >= age)
}
