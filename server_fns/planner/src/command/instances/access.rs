//! How an instance may be reached.

use model::id::InstanceId;
use model::instance::InstanceSpec;
use model::refusal::Refusal;

use super::resettle::resettle;
use crate::actor::Actor;
use crate::command::Decision;
use crate::event::EventKind;
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
