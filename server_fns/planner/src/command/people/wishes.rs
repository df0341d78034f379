//! What an administrator wishes of instances together with what is done to their owner.

use model::instance::DesiredState;
use model::verb::Verb;

use crate::clock::Now;
use crate::command::{Asker, Decision};
use crate::event::{EventKind, of_instance};
use crate::world::{Change, Instance};

/// The instance with that wish, and the line that says who wished it.
pub(super) fn wished(asker: &Asker, instance: &Instance, desired: DesiredState, verb: Verb, now: Now) -> Decision<()> {
    let generation = instance.generation.next();
    let wish = Instance { desired, generation, wished_at: now.wall, ..instance.clone() };
    let event = of_instance(instance, asker.cause(), EventKind::Asked { verb });
    Decision { events: vec![event], ..Decision::new(vec![Change::PutInstance(Box::new(wish))], ()) }
}
