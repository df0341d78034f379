//! The host ports of the block: who reaches the node gets in, or nobody does.

use model::id::InstanceId;
use model::instance::InstanceSpec;
use model::port::ContainerPort;
use model::refusal::Refusal;

use super::resettle::resettle;
use crate::actor::Actor;
use crate::clock::Now;
use crate::command::Decision;
use crate::world::World;

/// Opens or closes the host port of that port in the instance. Its number stays the instance's, and a running instance
/// goes on running.
pub fn set_door(
    world: &World,
    actor: &Actor,
    id: InstanceId,
    port: ContainerPort,
    open: bool,
    draw: &mut dyn FnMut() -> u64,
    now: Now,
) -> Result<Decision<()>, Refusal> {
    let instance = actor.instance(world, id)?;
    let Some(binding) = instance.host_ports.bindings().find(|binding| binding.container == port) else {
        let message = "Only 22, 80 and 443 have a host port from the beginning. Open one for another port instead.";
        return Err(Refusal::field("port", message));
    };
    if !ContainerPort::CLOSABLE.contains(&port) {
        let message = "The host port of 22 stays open: it lets in only the holders of the ticked keys, and it is the way in \
                       when the SSH gateway is away. You can close those of 80 and 443.";
        return Err(Refusal::field("port", message));
    }
    let mut closed: Vec<ContainerPort> = instance.spec.closed.iter().copied().filter(|known| *known != port).collect();
    if !open {
        closed.push(port);
        closed.sort_unstable();
    }
    let (verb, who) = if open { ("opened", ", for everybody who reaches it") } else { ("closed", "") };
    let node = world.nodes.get(&instance.node).map_or("its node", |node| node.settings.name.as_str());
    let text = format!(
        "{} {verb} host port {} of {node}, which leads to port {}{who}.",
        actor.username, binding.host.0, port.0
    );
    let spec = InstanceSpec { closed, ..instance.spec.clone() };
    resettle(world, actor, instance, spec, text, draw, now)
}
