//! How an instance may be reached.

use model::id::InstanceId;
use model::instance::InstanceSpec;
use model::refusal::Refusal;

use super::resettle::resettle;
use crate::actor::Actor;
use crate::command::Decision;
use crate::event::{Entrance, EventKind, of_instance};
use crate::world::World;

/// Whether a login through the gateway starts it when it is stopped. Its node only writes that down.
pub(in crate::command) fn start_on_connect(
    world: &World,
    actor: &Actor,
    id: InstanceId,
    allowed: bool,
) -> Result<Decision<()>, Refusal> {
    let instance = world.find_instance(id)?;
    let spec = InstanceSpec { start_on_connect: allowed, ..instance.spec.clone() };
    resettle(actor, instance, spec, EventKind::StartOnConnect { allowed })
}

/// Whoever gets into an instance of somebody else leaves a line that its owner sees. It is written before they are in.
pub(in crate::command) fn note_entrance(
    world: &World,
    actor: &Actor,
    id: InstanceId,
    by: Entrance,
) -> Result<Decision<()>, Refusal> {
    let instance = world.find_instance(id)?;
    if instance.is_named_by(actor.person) {
        return Ok(Decision::unchanged(()));
    }
    let event = of_instance(instance, actor.cause(), EventKind::Entered { by });
    Ok(Decision { events: vec![event], ..Decision::unchanged(()) })
}
