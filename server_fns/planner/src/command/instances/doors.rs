//! The host ports of the block: who reaches the node gets in, or nobody does.

use model::id::InstanceId;
use model::instance::InstanceSpec;
use model::port::ContainerPort;
use model::refusal::{Refusal, RefusalCode};

use super::resettle::resettle;
use crate::actor::Actor;
use crate::command::Decision;
use crate::event::EventKind;
use crate::feature::{lacks, missing};
use crate::world::World;

/// Opens or closes the host port of that port in the instance. Its number stays the instance's, and a running instance
/// goes on running.
pub(in crate::command) fn set_door(
    world: &World,
    actor: &Actor,
    id: InstanceId,
    port: ContainerPort,
    open: bool,
) -> Result<Decision<()>, Refusal> {
    let instance = world.find_instance(id)?;
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
    let spec = InstanceSpec { closed, ..instance.spec.clone() };
    let node = world.nodes.get(&instance.node);
    if !open
        && let Some(node) = node
        && let Some(feature) = missing(world, node, &spec)
    {
        let (name, why) = (&node.settings.name, lacks(world, node, feature));
        return Err(Refusal::new(RefusalCode::Conflict, format!("{name} {why}, so the host port stays open.")));
    }
    let node = node.map(|node| node.settings.name.clone());
    let kind = EventKind::DoorSet { host: binding.host, node, port, open };
    resettle(actor, instance, spec, kind)
}
