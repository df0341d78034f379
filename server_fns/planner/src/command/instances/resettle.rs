//! Another setting for an instance that goes on as it is.

use model::instance::InstanceSpec;
use model::refusal::Refusal;

use crate::actor::Actor;
use crate::clock::Now;
use crate::command::{Decision, event};
use crate::world::{Change, Instance, World};

/// The node must hear of it, so it is a new wish. `text` is for the timeline; what is so already changes nothing.
pub(super) fn resettle(
    world: &World,
    actor: &Actor,
    instance: &Instance,
    spec: InstanceSpec,
    text: String,
    draw: &mut dyn FnMut() -> u64,
    now: Now,
) -> Result<Decision<()>, Refusal> {
    if instance.spec == spec {
        return Ok(Decision::unchanged(()));
    }
    let event = event(world, instance.id, actor.username.as_str(), text, draw, now);
    let wish = Instance { spec, generation: instance.generation.next(), ..instance.clone() };
    Ok(Decision::new(vec![Change::PutInstance(Box::new(wish)), event], ()))
}
