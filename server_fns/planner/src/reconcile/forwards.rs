//! Other host ports for forwards whose own are taken by a program that is not ours, where nobody asked for the number.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use model::event::InstanceEvent;
use model::forward::{Forward, Place, Unopened};
use model::id::{EventId, NodeId};
use model::instance::{DesiredState, InstanceSpec};
use model::port::{HostPort, PortRange};

use crate::clock::Now;
use crate::ports::last_free_port;
use crate::reconcile::Moved;
use crate::world::{Instance, World};

/// The next free number below the one that is taken, so that this comes to an end; without one, the instance keeps its
/// own and shows the error. An instance that gets another block in the same moment waits for the next look.
pub(super) fn moves(world: &World, moved: &mut Moved, now: Now) {
    let mut given: BTreeSet<(Place, Option<NodeId>, HostPort)> = BTreeSet::new();
    for instance in world.instances.values().filter(|instance| instance.desired != DesiredState::Deleted) {
        if moved.contains_key(&instance.id) {
            continue;
        }
        let mut forwards = instance.spec.forwards.clone();
        let mut texts = Vec::new();
        for forward in forwards.iter_mut().filter(|forward| is_clashing(world, instance, forward)) {
            let (place, node) = (forward.place, (forward.place == Place::Node).then_some(instance.node));
            let held = |port: HostPort| {
                let given = given.contains(&(place, node, port));
                given || held(world, place, instance.node).any(|held| held.contains(port))
            };
            let Some(range) = below(world, instance, forward) else { continue };
            let Some(host) = last_free_port(range, held) else { continue };
            given.insert((place, node, host));
            texts.push(told(forward, host));
            forward.host = host;
        }
        if texts.is_empty() {
            continue;
        }
        forwards.sort_by_key(Forward::key);
        let event = event(instance, texts.join(" "), now);
        let spec = InstanceSpec { forwards, ..instance.spec.clone() };
        let generation = instance.generation.next();
        moved.insert(
            instance.id,
            (Instance { spec, generation, wished_at: now.wall, ..Instance::clone(instance) }, event),
        );
    }
}

fn is_clashing(world: &World, instance: &Instance, forward: &Forward) -> bool {
    let taken = |unopened: &Unopened| unopened.taken && unopened.key == forward.key();
    forward.automatic
        && match forward.place {
            Place::Node => instance.is_acted_on() && instance.report.unopened.iter().any(taken),
            Place::Gateway => world.unopened.get(&instance.id).is_some_and(|unopened| unopened.iter().any(taken)),
        }
}

/// The numbers that are left to be tried.
fn below(world: &World, instance: &Instance, forward: &Forward) -> Option<PortRange> {
    let range = match forward.place {
        Place::Node => world.nodes.get(&instance.node)?.settings.host_ports,
        Place::Gateway => world.identity.gateway_ports.as_ref()?.range,
    };
    let last = range.last.min(forward.host.0.checked_sub(1)?);
    (range.first <= last).then_some(PortRange { first: range.first, last })
}

fn held(world: &World, place: Place, node: NodeId) -> Box<dyn Iterator<Item = PortRange> + '_> {
    match place {
        Place::Node => Box::new(world.held_ports(node)),
        Place::Gateway => Box::new(world.held_gateway_ports()),
    }
}

fn told(forward: &Forward, host: HostPort) -> String {
    let Forward { protocol, host: old, container, .. } = forward;
    format!(
        "{} host port {} is taken by another program; port {} is reached on {} now.",
        protocol.title(),
        old.0,
        container.0,
        host.0
    )
}

/// The id follows from what happened, because nothing here draws at random.
fn event(instance: &Instance, text: String, now: Now) -> InstanceEvent {
    let mut hasher = DefaultHasher::new();
    ("forwards moved", instance.id, instance.generation).hash(&mut hasher);
    let id = EventId::from_bits(hasher.finish());
    InstanceEvent { id, instance: instance.id, at: now.wall, actor: "DockHost".to_owned(), text }
}
