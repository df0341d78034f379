//! What may change from one world to the next.

use model::instance::DesiredState;

use crate::invariants::Violation;
use crate::world::{Instance, Node, World};

/// Everything that is wrong with a step; `after` follows `before` by one committed list of changes.
pub fn check_step(before: &World, after: &World) -> Vec<Violation> {
    let mut found = Vec::new();
    for (id, old) in &before.nodes {
        if let Some(new) = after.nodes.get(id) {
            node(old, new, &mut found);
        }
    }
    for (id, old) in &before.instances {
        match after.instances.get(id) {
            Some(new) => kept(old, new, after, &mut found),
            None if old.desired == DesiredState::Deleted || !after.nodes.contains_key(&old.node) => {}
            None => found.push(Violation(format!("{id} is gone and nobody deleted it"))),
        }
    }
    for (id, new) in &after.instances {
        let old = before.instances.get(id);
        if old.is_none() {
            created(after, new, &mut found);
        }
        if old.is_none_or(|old| old.host_ports != new.host_ports) {
            allocated(after, new, &mut found);
        }
    }
    found
}

fn node(old: &Node, new: &Node, found: &mut Vec<Violation>) {
    if new.generation < old.generation || new.epoch < old.epoch {
        found.push(Violation(format!("{} went back to an earlier generation or epoch", old.id)));
    }
}

fn kept(old: &Instance, new: &Instance, after: &World, found: &mut Vec<Violation>) {
    let id = old.id;
    let mut must = |holds: bool, what: &str| {
        if !holds {
            found.push(Violation(format!("{id} {what}")));
        }
    };
    must(old.desired != DesiredState::Deleted || new.desired == DesiredState::Deleted, "was deleted and came back");
    must(new.generation >= old.generation, "went back to an earlier generation");
    must(new.restarts >= old.restarts && new.incarnation >= old.incarnation, "counts backwards");
    must(new.node == old.node, "changed its node");
    must(new.owner == old.owner || !after.people.contains_key(&old.owner), "changed its owner, who is still there");
    must(!old.was_present || new.was_present || new.incarnation > old.incarnation, "may be made anew and empty");
    must(wish(old) == wish(new) || new.generation > old.generation, "changed its wish at the same generation");
}

fn wish(instance: &Instance) -> impl PartialEq + '_ {
    (&instance.spec, instance.desired, instance.host_ports, instance.restarts, instance.incarnation)
}

fn created(after: &World, instance: &Instance, found: &mut Vec<Violation>) {
    let used = after.live_instances_of(instance.owner).count();
    if u32::try_from(used).is_ok_and(|used| used > after.settings.quota) {
        found.push(Violation(format!("{} was created over the quota", instance.id)));
    }
    let Some(node) = after.nodes.get(&instance.node) else { return };
    let assigned = after.node_instances(node.id).count();
    if u32::try_from(assigned).is_ok_and(|assigned| assigned > node.settings.max_instances) {
        found.push(Violation(format!("{} was placed on {}, which is full", instance.id, node.id)));
    }
    if !after.takes_instances_of(node, instance.owner) {
        found.push(Violation(format!("{} was placed on {}, which is somebody else's", instance.id, node.id)));
    }
}

fn allocated(after: &World, instance: &Instance, found: &mut Vec<Violation>) {
    let range = after.nodes.get(&instance.node).map(|node| node.settings.host_ports);
    let inside = |port: model::port::HostPort| range.is_some_and(|range| (range.first..=range.last).contains(&port.0));
    if !instance.host_ports.host_ports().all(inside) {
        found.push(Violation(format!("{} got host ports outside the range of its node", instance.id)));
    }
    if instance.clashed.iter().any(|block| block.overlaps(instance.host_ports)) {
        found.push(Violation(format!("{} got host ports that clashed before", instance.id)));
    }
}
