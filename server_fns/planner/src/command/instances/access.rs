//! How an instance may be reached: its owner's settings, which its node need not know.

use model::id::InstanceId;
use model::instance::InstanceSpec;
use model::refusal::Refusal;

use crate::actor::Actor;
use crate::command::Decision;
use crate::event::EventKind;
use crate::world::{Change, Instance, World};

/// Whether a login through the gateway starts it when it is stopped.
pub fn start_on_connect(world: &World, actor: &Actor, id: InstanceId, allowed: bool) -> Result<Decision<()>, Refusal> {
    let instance = world.find_instance(id)?;
    if instance.spec.start_on_connect == allowed {
        return Ok(Decision::unchanged(()));
    }
    let event = actor.event(id, EventKind::StartOnConnect { allowed });
    let spec = InstanceSpec { start_on_connect: allowed, ..instance.spec.clone() };
    let row = Change::PutInstance(Box::new(Instance { spec, ..Instance::clone(instance) }));
    Ok(Decision { events: vec![event], ..Decision::new(vec![row], ()) })
}
