//! What an administrator wishes of instances together with what is done to their owner.

use model::instance::DesiredState;
use model::verb::Verb;

use crate::clock::Now;
use crate::command::Asker;
use crate::event::{Cause, Event, EventKind};
use crate::world::{Change, Instance};

/// The instance with that wish, and the line that says who wished it.
pub(super) fn wished(
    asker: &Asker,
    instance: &Instance,
    desired: DesiredState,
    verb: Verb,
    now: Now,
) -> (Change, Event) {
    let generation = instance.generation.next();
    let wish = Instance { desired, generation, wished_at: now.wall, ..instance.clone() };
    let cause = match asker {
        Asker::Person(actor) => Cause::Person(actor.username.clone()),
        Asker::Operator | Asker::Stranger => Cause::DockHost,
    };
    (Change::PutInstance(Box::new(wish)), Event::new(instance.id, cause, EventKind::Asked { verb }))
}
