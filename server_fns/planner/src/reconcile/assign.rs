//! What one node is told.

use std::net::SocketAddr;

use model::assignment::{AssignedInstance, Assignment, GATEWAY};
use model::forward::{Forward, Place, Protocol};
use model::instance::{DesiredState, InstanceSpec};
use model::port::ContainerPort;
use model::stranger::RestOfRow;

use crate::feature::withheld;
use crate::world::{Instance, Node, SshKey, World};

/// The whole set, tombstones too, at the node's next generation, without those that the node's program would make wrongly.
/// `instances` come in the order of ids.
pub(super) fn assignment(world: &World, node: &Node, instances: &[&Instance]) -> Assignment {
    let told = instances.iter().filter(|instance| withheld(world, node, instance).is_none());
    Assignment {
        cluster: world.cluster,
        node: node.id,
        era: world.era,
        generation: world.generation(node).next(),
        instances: told.map(|instance| assigned(world, instance)).collect(),
        kept: kept(world, node).to_vec(),
    }
}

/// Which of its machine's addresses the node leaves alone.
pub(super) fn kept<'w>(world: &'w World, node: &Node) -> &'w [SocketAddr] {
    if world.is_beside(node) { &world.identity.listens } else { &[] }
}

fn assigned(world: &World, instance: &Instance) -> AssignedInstance {
    // One that is to go lets nobody in.
    let ids = if instance.desired == DesiredState::Deleted { &[][..] } else { instance.spec.ssh_keys.as_slice() };
    let keys = ids.iter().filter_map(|id| world.ssh_keys.get(id));
    AssignedInstance {
        id: instance.id,
        name: instance.spec.name.clone(),
        owner: instance.owner,
        generation: instance.generation,
        incarnation: instance.incarnation,
        may_create: !instance.was_present,
        desired: instance.desired,
        wished_at: Some(instance.wished_at),
        restarts: instance.restarts,
        image: instance.spec.image.clone(),
        limits: instance.spec.limits,
        host_ports: instance.host_ports,
        ports: stream_ports(instance),
        datagram_ports: server_ports(instance, Protocol::Udp).collect(),
        closed: instance.spec.closed.clone(),
        forwards: instance.spec.forwards.iter().filter(|forward| is_wanted(forward, Place::Node)).cloned().collect(),
        host_key: instance.host_key.clone(),
        authorized_keys: keys.map(|key| authorized_line(world, key)).chain(gateway_line(world)).collect(),
        rest: Some(rest(&instance.spec)),
    }
}

/// What the node keeps beside the rest of it, and does not act on. Every setting is in one of the two.
fn rest(spec: &InstanceSpec) -> RestOfRow {
    let InstanceSpec {
        name: _,
        image: _,
        ssh_keys: _,
        all_ssh_keys,
        limits: _,
        closed: _,
        start_on_connect,
        ports,
        forwards,
        url_name,
    } = spec;
    RestOfRow {
        start_on_connect: *start_on_connect,
        ports: ports.clone(),
        forwards: forwards.iter().filter(|forward| !is_wanted(forward, Place::Node)).cloned().collect(),
        url_name: url_name.clone(),
        all_ssh_keys: *all_ssh_keys,
    }
}

fn stream_ports(instance: &Instance) -> Vec<ContainerPort> {
    let declared = instance.spec.ports.iter().map(|declared| declared.port);
    let mut ports: Vec<_> = declared.chain(server_ports(instance, Protocol::Tcp)).collect();
    ports.sort_unstable();
    ports.dedup();
    ports
}

/// To which the main server leads people on its own host ports.
fn server_ports(instance: &Instance, protocol: Protocol) -> impl Iterator<Item = ContainerPort> {
    let led = move |forward: &&Forward| is_wanted(forward, Place::Server) && forward.protocol == protocol;
    instance.spec.forwards.iter().filter(led).map(|forward| forward.container)
}

fn is_wanted(forward: &Forward, place: Place) -> bool {
    forward.place == place && !forward.given_up
}

/// The gateway lets in who may log in, and then logs in itself.
fn gateway_line(world: &World) -> Option<String> {
    let key = &world.identity.gateway_key;
    (!key.is_empty()).then(|| format!("{key} {GATEWAY}"))
}

/// The comment tells people inside the instance whose key it is. Labels are free text, so it keeps only
/// characters that cannot end a line or begin an option.
fn authorized_line(world: &World, key: &SshKey) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-') { c } else { '-' };
    let label: String = key.name.as_str().chars().map(plain).collect();
    match world.people.get(&key.person) {
        Some(owner) => format!("{} {}@{label}", key.public_key, owner.username),
        None => key.public_key.clone(),
    }
}
