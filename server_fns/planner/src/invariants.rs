//! What must hold of every world, and of every step from one world to the next. Tests check it after
//! each step.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::sync::Arc;

use model::forward::{Forward, Place};
use model::id::{InstanceId, NodeId};
use model::instance::DesiredState;
use model::port::PortRange;

use crate::credentials::account_holds;
use crate::keys::is_proved;
use crate::limits::SESSIONS_PER_PERSON;
use crate::world::{Instance, World};

mod step;

pub use step::check_step;

/// One broken rule, in words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Violation(pub String);

/// Everything that is wrong with a world; empty if nothing is.
pub fn check(world: &World) -> Vec<Violation> {
    let mut found = Vec::new();
    references(world, &mut found);
    kept(world, &mut found);
    host_ports(world, &mut found);
    names(world, &mut found);
    published(world, &mut found);
    accounts(world, &mut found);
    found
}

fn accounts(world: &World, found: &mut Vec<Violation>) {
    let mut sessions = BTreeMap::new();
    for session in world.sessions.values() {
        *sessions.entry(session.person).or_insert(0usize) += 1;
    }
    for (person, count) in sessions.into_iter().filter(|(_, count)| *count > SESSIONS_PER_PERSON) {
        found.push(Violation(format!("{person} has {count} sessions")));
    }
    for session in world.sessions.values().filter(|session| !account_holds(world, session.person)) {
        found.push(Violation(format!("{} is of {}, who is suspended", session.id, session.person)));
    }
    if world.has_administrator() && !world.people.values().any(|person| world.administers(person)) {
        found.push(Violation("every administrator is suspended".to_owned()));
    }
}

fn references(world: &World, found: &mut Vec<Violation>) {
    let mut must = |there: bool, what: &dyn std::fmt::Display, missing: &dyn std::fmt::Display| {
        if !there {
            found.push(Violation(format!("{what} refers to {missing}, which does not exist")));
        }
    };
    for instance in world.instances.values() {
        must(world.nodes.contains_key(&instance.node), &instance.id, &instance.node);
        // One that is to be deleted outlives the account of its owner.
        let there = world.people.contains_key(&instance.owner) || instance.desired == DesiredState::Deleted;
        must(there, &instance.id, &instance.owner);
    }
    for node in world.nodes.values() {
        if let Some(owner) = node.owner {
            must(world.people.contains_key(&owner), &node.id, &owner);
        }
    }
    for key in world.ssh_keys.values() {
        must(world.people.contains_key(&key.person), &key.id, &key.person);
    }
    for token in world.tokens.values() {
        must(world.people.contains_key(&token.person), &token.id, &token.person);
    }
    for session in world.sessions.values() {
        must(world.people.contains_key(&session.person), &session.id, &session.person);
    }
    for (person, key) in world.idempotency.keys() {
        must(world.people.contains_key(person), &format!("the answer to {key}"), person);
    }
    for id in world.failed_sign_ins.keys() {
        must(world.people.contains_key(id), &"failed sign-ins", id);
    }
    for id in world.publications.keys() {
        must(world.nodes.contains_key(id), &"a publication", id);
    }
    for id in world.links.keys().chain(world.published.keys()).chain(world.alarms.keys()) {
        must(world.nodes.contains_key(id), &"a connection", id);
    }
}

/// What is kept beside the rows follows from them.
fn kept(world: &World, found: &mut Vec<Violation>) {
    let known: BTreeSet<InstanceId> = world.troubled().map(|row| row.id).collect();
    let in_trouble = |row: &&Arc<Instance>| row.is_troubled() || world.unopened.contains_key(&row.id);
    let troubled: BTreeSet<InstanceId> = world.instances.values().filter(in_trouble).map(|row| row.id).collect();
    if known != troubled {
        found.push(Violation(format!("in trouble are {troubled:?}, and known to be are {known:?}")));
    }
    let (mut on, mut of) = (Groups::default(), Groups::default());
    for row in world.instances.values() {
        on.entry(row.node).or_default().push(row.id);
        of.entry(row.owner).or_default().push(row.id);
    }
    for node in world.nodes.keys() {
        let known = world.node_instances(*node).map(|row| row.id).collect();
        counted(node, &on, known, world.count_on(*node), found);
    }
    for person in world.people.keys() {
        let known = world.live_instances_of(*person).map(|row| row.id).collect();
        counted(person, &of, known, world.count_of(*person), found);
    }
    for row in world.instances.values() {
        let known = world.instance_called(row.owner, row.spec.name.as_str());
        if known.is_none_or(|known| known.id != row.id) {
            found.push(Violation(format!("{} is not found by its owner and name", row.id)));
        }
    }
}

/// In the order of ids, by the node or the person that their rows name, tombstones too.
type Groups<G> = BTreeMap<G, Vec<InstanceId>>;

fn counted<G: Ord + Display>(
    whose: &G,
    rows: &Groups<G>,
    known: Vec<InstanceId>,
    count: u32,
    found: &mut Vec<Violation>,
) {
    let its = rows.get(whose).map_or(&[][..], Vec::as_slice);
    if its != known || u32::try_from(its.len()) != Ok(count) {
        found.push(Violation(format!("{whose} has {its:?}, {known:?} are kept for it, and {count} are counted")));
    }
}

fn host_ports(world: &World, found: &mut Vec<Violation>) {
    // Those of the main server have no node.
    let mut held: BTreeMap<Option<NodeId>, Vec<(PortRange, InstanceId)>> = BTreeMap::new();
    for instance in world.instances.values() {
        for (place, node) in [(Place::Node, Some(instance.node)), (Place::Server, None)] {
            let mut own: Vec<_> = instance.held_ports(place).map(|range| (range, instance.id)).collect();
            own.sort_unstable_by_key(|(range, _)| range.first);
            // One number may lead on for both protocols.
            own.dedup();
            held.entry(node).or_default().extend(own);
        }
        let mut keys: Vec<_> = instance.spec.forwards.iter().map(Forward::key).collect();
        keys.dedup();
        if keys.len() != instance.spec.forwards.len() {
            found.push(Violation(format!("{} holds a host port twice", instance.id)));
        }
    }
    for (node, mut held) in held {
        held.sort_unstable_by_key(|(range, _)| range.first);
        for pair in held.windows(2) {
            if let [(a, one), (b, other)] = pair
                && a.overlaps(*b)
            {
                let place = node.map_or("the server".to_owned(), |node| node.to_string());
                found.push(Violation(format!("{one} and {other} share host ports on {place}")));
            }
        }
    }
}

fn names(world: &World, found: &mut Vec<Violation>) {
    let mut once = |kind: &str, all: &mut Vec<String>| {
        all.sort_unstable();
        for pair in all.windows(2) {
            if let [a, b] = pair
                && a == b
            {
                found.push(Violation(format!("two {kind} are called {a}")));
            }
        }
    };
    let people = || world.people.values();
    once("people", &mut people().map(|person| person.username.to_string()).collect());
    once("mailboxes", &mut people().map(|person| person.email.to_string()).collect());
    once("nodes", &mut world.nodes.values().map(|node| node.settings.name.to_string()).collect());
    let instances = world.instances.values();
    once("instances", &mut instances.map(|instance| format!("{}/{}", instance.owner, instance.spec.name)).collect());
    let keys = || world.ssh_keys.values();
    once("keys", &mut keys().map(|key| format!("{}/{}", key.person, key.fingerprint)).collect());
    once("proved keys", &mut keys().filter(|key| is_proved(key)).map(|key| key.fingerprint.clone()).collect());
}

fn published(world: &World, found: &mut Vec<Violation>) {
    for (id, sent) in &world.published {
        let node = world.nodes.get(id);
        if node.is_some_and(|node| sent.generation > world.generation(node) || sent.node != node.id) {
            found.push(Violation(format!("{id} was sent an assignment that no row knows of")));
        }
        if !sent.instances.is_sorted_by(|a, b| a.id < b.id) {
            found.push(Violation(format!("the assignment of {id} is not in the order of ids, each once")));
        }
    }
}
