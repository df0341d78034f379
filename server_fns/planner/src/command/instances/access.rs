//! How an instance may be reached: its owner's settings, which its node need not know.

use model::id::InstanceId;
use model::instance::InstanceSpec;
use model::refusal::Refusal;

use crate::actor::Actor;
use crate::clock::Now;
use crate::command::{Decision, event};
use crate::world::{Change, Instance, World};

/// Whether a login through the gateway starts it when it is stopped.
pub fn start_on_connect(
    world: &World,
    actor: &Actor,
    id: InstanceId,
    allowed: bool,
    draw: &mut dyn FnMut() -> u64,
    now: Now,
) -> Result<Decision<()>, Refusal> {
    let instance = actor.instance(world, id)?;
    if instance.spec.start_on_connect == allowed {
        return Ok(Decision::unchanged(()));
    }
    let may = if allowed { "may start" } else { "may no longer start" };
    let event = event(world, id, actor.username.as_str(), format!("{}: a login {may} it.", actor.username), draw, now);
    let spec = InstanceSpec { start_on_connect: allowed, ..instance.spec.clone() };
    Ok(Decision::new(vec![Change::PutInstance(Box::new(Instance { spec, ..Instance::clone(instance) })), event], ()))
}
