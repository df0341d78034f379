//! Other host ports for forwards whose own are taken by a program that is not ours, where nobody asked for the number.

use model::forward::{Forward, Place, Unopened};
use model::instance::DesiredState;
use model::port::{HostPort, PortRange};

use crate::clock::Now;
use crate::event::EventKind;
use crate::ports::last_free_port;
use crate::reconcile::Moved;
use crate::world::{Instance, World};

/// The next free number below the one that is taken, so that this comes to an end; without one, the instance keeps its
/// own and shows the error. What one leaves another may take, so it is tried until nobody moves any more.
pub(super) fn moves(world: &World, moved: &mut Moved, now: Now) {
    let clashes = |instance: &Instance| {
        let clashing = instance.spec.forwards.iter().any(|forward| is_clashing(world, instance, forward));
        clashing && instance.desired != DesiredState::Deleted
    };
    let waiting: Vec<&Instance> = world.troubled().map(|row| &**row).filter(|row| clashes(row)).collect();
    while waiting.iter().any(|instance| give(world, instance, moved, now)) {}
}

/// Gives one of the instance's forwards another number, if one is waiting and there is one.
fn give(world: &World, instance: &Instance, moved: &mut Moved, now: Now) -> bool {
    let row = moved.get(&instance.id).map_or(instance, |(row, _)| row);
    let clashing = |forward: &&Forward| is_clashing(world, instance, forward);
    let found = row.spec.forwards.iter().filter(clashing).find_map(|forward| {
        let range = below(world, instance, forward)?;
        let host = last_free_port(range, |port| is_held(world, moved, instance, forward.place, port))?;
        Some((forward.key(), host))
    });
    let Some((key, host)) = found else { return false };
    let mut new = row.clone();
    let mut kinds = Vec::new();
    for forward in new.spec.forwards.iter_mut().filter(|forward| forward.key() == key) {
        let Forward { protocol, host: from, container, .. } = *forward;
        kinds.push(EventKind::ForwardMoved { protocol, from, to: host, container });
        forward.host = host;
    }
    new.spec.forwards.sort_by_key(Forward::key);
    note(moved, instance, new, kinds, now);
    true
}

/// Several changes of one instance in one moment are one wish.
pub(super) fn note(moved: &mut Moved, instance: &Instance, mut new: Instance, kinds: Vec<EventKind>, now: Now) {
    let mut all = match moved.remove(&instance.id) {
        Some((_, before)) => before,
        None => {
            new.generation = instance.generation.next();
            new.wished_at = now.wall;
            Vec::new()
        }
    };
    all.extend(kinds);
    moved.insert(instance.id, (new, all));
}

fn is_clashing(world: &World, instance: &Instance, forward: &Forward) -> bool {
    forward.automatic && is_taken(world, instance, forward)
}

/// Another program has it.
pub(super) fn is_taken(world: &World, instance: &Instance, forward: &Forward) -> bool {
    let taken = |unopened: &Unopened| unopened.taken && unopened.key == forward.key();
    match forward.place {
        Place::Node => instance.is_acted_on() && instance.report.unopened.iter().any(taken),
        Place::Server => world.unopened.get(&instance.id).is_some_and(|unopened| unopened.iter().any(taken)),
    }
}

/// Given away, also in this very moment, or found to be somebody else's.
fn is_held(world: &World, moved: &Moved, instance: &Instance, place: Place, port: HostPort) -> bool {
    let there = world.instances.values().filter(|row| place == Place::Server || row.node == instance.node);
    let mut newest = there.map(|row| moved.get(&row.id).map_or(&**row, |(row, _)| row));
    let taken = match place {
        Place::Node => world.taken_ports(instance.node).any(|taken| taken == port),
        Place::Server => world.unopened.values().flatten().any(|unopened| unopened.taken && unopened.key.host == port),
    };
    let kept = world.why_not_to_give(instance.node, place, port).is_some();
    taken || kept || newest.any(|row| row.held_ports(place).any(|held| held.contains(port)))
}

/// The numbers that are left to be tried.
fn below(world: &World, instance: &Instance, forward: &Forward) -> Option<PortRange> {
    let range = match forward.place {
        Place::Node => world.nodes.get(&instance.node)?.settings.host_ports,
        Place::Server => world.identity.server_ports.as_ref()?.range,
    };
    let last = range.last.min(forward.host.0.checked_sub(1)?);
    (range.first <= last).then_some(PortRange { first: range.first, last })
}
