//! Host ports beside those of the block, opened and closed while an instance runs.

use std::net::IpAddr;

use ipnet::IpNet;
use model::forward::{Forward, ForwardKey, Place};
use model::id::InstanceId;
use model::instance::InstanceSpec;
use model::port::{ContainerPort, HostPort, PortRange};
use model::refusal::{Refusal, RefusalCode};
use model::request::OpenForward;

use super::resettle::resettle;
use crate::actor::Actor;
use crate::command::Decision;
use crate::event::{EventKind, ForwardLine};
use crate::limits::{FORWARDS_PER_INSTANCE, NETWORKS_PER_FORWARD};
use crate::ports::last_free_port;
use crate::weight;
use crate::world::{Instance, World};

const HOST_PORT: &str = "host_port";

/// Opens a host port. The same one asked for again is changed and never doubled: who is let in, where it listens, and
/// what it leads to; one without a number is known by what it leads to. One that was given up is tried once more.
pub(in crate::command) fn open_forward(
    world: &World,
    actor: &Actor,
    id: InstanceId,
    asked: &OpenForward,
) -> Result<Decision<()>, Refusal> {
    let instance = world.find_instance(id)?;
    let (spec, forward) = opened(world, instance, asked)?;
    resettle(actor, instance, spec, EventKind::ForwardOpened(line(world, instance, &forward)))
}

/// The settings with it, by the rules for whoever asks, and itself.
pub(super) fn opened(
    world: &World,
    instance: &Instance,
    asked: &OpenForward,
) -> Result<(InstanceSpec, Forward), Refusal> {
    if asked.container_port == 0 {
        return Err(Refusal::field("container_port", "A port is a number from 1 to 65535."));
    }
    let container = ContainerPort(asked.container_port);
    let same = |known: &&Forward| {
        known.place == asked.place
            && known.protocol == asked.protocol
            && match asked.host_port {
                Some(number) => known.host.0 == number,
                None => known.automatic && known.container == container,
            }
    };
    let known = instance.spec.forwards.iter().find(same);
    let host = match (known, asked.host_port) {
        (Some(known), _) => known.host,
        (None, Some(number)) => chosen(world, instance, asked, HostPort(number))?,
        (None, None) => free(world, instance, asked.place)?,
    };
    let mut forward = Forward {
        place: asked.place,
        protocol: asked.protocol,
        host,
        container,
        bind: asked.bind.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(bind).transpose()?,
        allow: networks(&asked.allow)?,
        // Who changes one names its number, and did not choose it thereby.
        automatic: known.map_or(asked.host_port.is_none(), |known| known.automatic),
        given_up: false,
        opened: known.map_or(instance.generation, |known| known.opened),
    };
    if known != Some(&forward) {
        forward.opened = instance.generation.next();
    }
    let mut forwards = instance.spec.forwards.clone();
    forwards.retain(|other| other.key() != forward.key());
    if forwards.len() >= FORWARDS_PER_INSTANCE {
        let message = format!(
            "An instance may have at most {FORWARDS_PER_INSTANCE} host ports beside those of 22, 80 and 443. Close one first."
        );
        return Err(Refusal::new(RefusalCode::Conflict, message));
    }
    forwards.push(forward.clone());
    forwards.sort_by_key(Forward::key);
    let spec = InstanceSpec { forwards, ..instance.spec.clone() };
    weight::check(world, instance, &spec)?;
    Ok((spec, forward))
}

/// Its connections are closed, and the number is free once the node has heard of it.
pub(in crate::command) fn close_forward(
    world: &World,
    actor: &Actor,
    id: InstanceId,
    key: ForwardKey,
) -> Result<Decision<()>, Refusal> {
    let instance = world.find_instance(id)?;
    let Some(closed) = instance.spec.forwards.iter().find(|forward| forward.key() == key) else {
        return Ok(Decision::unchanged(()));
    };
    let kind = EventKind::ForwardClosed(line(world, instance, closed));
    let forwards = instance.spec.forwards.iter().filter(|forward| forward.key() != key).cloned().collect();
    let spec = InstanceSpec { forwards, ..instance.spec.clone() };
    resettle(actor, instance, spec, kind)
}

/// The number that was asked for, if it may be given.
fn chosen(world: &World, instance: &Instance, asked: &OpenForward, host: HostPort) -> Result<HostPort, Refusal> {
    let range = range(world, instance, asked.place)?;
    if !range.contains(host) {
        let PortRange { first, last } = range;
        return Err(Refusal::field(HOST_PORT, format!("The host ports there are {first} to {last}.")));
    }
    // Its own number for the other protocol is not in the way; a name server answers on both.
    if instance.forwarded_ports(asked.place).any(|port| port == host) {
        return Ok(host);
    }
    if let Some(why) = world.why_not_to_give(instance.node, asked.place, host) {
        return Err(Refusal::field(HOST_PORT, format!("Host port {} {why}. Choose another one.", host.0)));
    }
    if is_held(world, instance, asked.place, host) {
        return Err(Refusal::field(HOST_PORT, format!("Host port {} is in use there. Choose another one.", host.0)));
    }
    Ok(host)
}

fn free(world: &World, instance: &Instance, place: Place) -> Result<HostPort, Refusal> {
    let range = range(world, instance, place)?;
    // Gathered once, since the range may be all ports there are.
    let out = world.out_of_reach(instance.node, place);
    last_free_port(range, |port| out.iter().any(|range| range.contains(port))).ok_or_else(|| {
        let message = "All host ports there are in use. Close one first; `ssh -L` reaches a port without a host port.";
        Refusal::new(RefusalCode::Conflict, message)
    })
}

/// Those that may be given away there.
fn range(world: &World, instance: &Instance, place: Place) -> Result<PortRange, Refusal> {
    match place {
        Place::Node => {
            let node = world.nodes.get(&instance.node).ok_or_else(|| Refusal::not_found("node"))?;
            Ok(node.settings.host_ports)
        }
        Place::Server => world.identity.server_ports.as_ref().map(|ports| ports.range).ok_or_else(|| {
            let message = "This server opens no host ports of its own; its operator sets DOCKHOST_FORWARD_LISTEN.";
            Refusal::field("place", message)
        }),
    }
}

fn is_held(world: &World, instance: &Instance, place: Place, port: HostPort) -> bool {
    match place {
        Place::Node => {
            world.nodes.get(&instance.node).is_some_and(|node| world.held_beside(node).any(|held| held.contains(port)))
        }
        Place::Server => world.held_server_ports().any(|held| held.contains(port)),
    }
}

fn bind(text: &str) -> Result<IpAddr, Refusal> {
    let no = || Refusal::field("bind", "The address to listen on is an IP address of that machine, such as 10.0.0.7.");
    let address: IpAddr = text.parse().map_err(|_| no())?;
    if address.is_multicast() { Err(no()) } else { Ok(address) }
}

/// Each once, with what lies behind the prefix left out.
fn networks(asked: &[String]) -> Result<Vec<IpNet>, Refusal> {
    if asked.len() > NETWORKS_PER_FORWARD {
        return Err(Refusal::field("allow", format!("At most {NETWORKS_PER_FORWARD} networks are let in.")));
    }
    let read = |text: &String| {
        let text = text.trim();
        let network = text.parse().or_else(|_| text.parse().map(|address: IpAddr| IpNet::from(address)));
        let no = |_| {
            let plain: String = text.chars().filter(|c| !c.is_control()).take(64).collect();
            let message =
                format!("“{plain}” is no network; one is written as 10.0.0.0/8, a single address as 10.1.2.3.");
            Refusal::field("allow", message)
        };
        network.map(|network: IpNet| network.trunc()).map_err(no)
    };
    let mut networks: Vec<IpNet> = asked.iter().map(read).collect::<Result<_, _>>()?;
    networks.sort_unstable();
    networks.dedup();
    Ok(networks)
}

fn line(world: &World, instance: &Instance, forward: &Forward) -> ForwardLine {
    let node = world.nodes.get(&instance.node).map(|node| node.settings.name.clone());
    ForwardLine { key: forward.key(), container: forward.container, allow: forward.allow.clone(), node }
}
