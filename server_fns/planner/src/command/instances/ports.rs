//! Which ports of an instance are reached through the server, and by whom.

use model::id::InstanceId;
use model::instance::InstanceSpec;
use model::port::{ContainerPort, DeclaredPort, UrlAccess};
use model::refusal::{Refusal, RefusalCode};

use super::resettle::resettle;
use crate::actor::Actor;
use crate::command::Decision;
use crate::event::EventKind;
use crate::limits::PORTS_PER_INSTANCE;
use crate::weight;
use crate::world::World;

/// Declares the port, or changes who may open its public URL. A running instance goes on running.
pub(in crate::command) fn declare_port(
    world: &World,
    actor: &Actor,
    id: InstanceId,
    asked: DeclaredPort,
) -> Result<Decision<()>, Refusal> {
    let instance = world.find_instance(id)?;
    check_port(asked)?;
    let DeclaredPort { port, url, .. } = asked;
    let mut ports = instance.spec.ports.clone();
    let before = ports.iter().find(|known| known.port == port);
    let opened = match before {
        Some(known) if url == UrlAccess::Off || known.url != UrlAccess::Off => known.opened,
        Some(_) | None => instance.generation.next(),
    };
    ports.retain(|known| known.port != port);
    ports.push(DeclaredPort { port, url, opened });
    ports.sort_by_key(|known| known.port);
    if ports.len() > PORTS_PER_INSTANCE {
        let message = format!("An instance may have {PORTS_PER_INSTANCE} declared ports. Withdraw one first.");
        return Err(Refusal::new(RefusalCode::Conflict, message));
    }
    let spec = InstanceSpec { ports, ..instance.spec.clone() };
    weight::check(world, instance, &spec)?;
    resettle(actor, instance, spec, EventKind::PortDeclared { port, url })
}

/// Whether an instance can have it.
pub(super) fn check_port(DeclaredPort { port, url, .. }: DeclaredPort) -> Result<(), Refusal> {
    if port.0 == 0 {
        return Err(Refusal::field("port", "A port is a number from 1 to 65535."));
    }
    if port == ContainerPort::SSH && url != UrlAccess::Off {
        return Err(Refusal::field("port", "Port 22 speaks SSH, which no browser opens."));
    }
    Ok(())
}

/// Streams to it are no longer opened; those that are open go on.
pub(in crate::command) fn withdraw_port(
    world: &World,
    actor: &Actor,
    id: InstanceId,
    port: ContainerPort,
) -> Result<Decision<()>, Refusal> {
    let instance = world.find_instance(id)?;
    let ports = instance.spec.ports.iter().copied().filter(|known| known.port != port).collect();
    let spec = InstanceSpec { ports, ..instance.spec.clone() };
    resettle(actor, instance, spec, EventKind::PortWithdrawn { port })
}
