//! The list of people, for those who manage them.

use std::collections::BTreeMap;

use model::Timestamp;
use model::id::PersonId;
use model::instance::DesiredState;
use model::view::PersonRow;

use crate::clock::Now;
use crate::credentials::has_expired;
use crate::world::{KeyProof, Person, World};

/// What one person has, counted.
#[derive(Default)]
struct Tally {
    last_seen_at: Option<Timestamp>,
    instances: u32,
    nodes: u32,
    tokens: u32,
    keys: u32,
}

impl Tally {
    fn seen(&mut self, at: Option<Timestamp>) {
        self.last_seen_at = self.last_seen_at.max(at);
    }
}

/// Everybody, in the order of their usernames. Whether somebody may see it is asked before.
pub fn people(world: &World, now: Now) -> Vec<PersonRow> {
    let mut tallies = tallies(world, now);
    let row = |person: &Person| row(person, tallies.remove(&person.id).unwrap_or_default());
    let mut rows: Vec<PersonRow> = world.people.values().map(|person| person.as_ref()).map(row).collect();
    rows.sort_by(|one, other| one.username.cmp(&other.username));
    rows
}

fn row(person: &Person, tally: Tally) -> PersonRow {
    let Tally { last_seen_at, instances, nodes, tokens, keys } = tally;
    PersonRow {
        id: person.id,
        username: person.username.clone(),
        email: person.email.clone(),
        administrator: person.administrator,
        suspended: person.suspended,
        asks_removal_since: person.asks_removal_since,
        created_at: person.created_at,
        last_seen_at,
        instances,
        nodes,
        tokens,
        keys,
    }
}

/// One look at each table, however many people there are.
fn tallies(world: &World, now: Now) -> BTreeMap<PersonId, Tally> {
    let mut all: BTreeMap<PersonId, Tally> = BTreeMap::new();
    for session in world.sessions.values() {
        all.entry(session.person).or_default().seen(Some(session.last_seen_at));
    }
    for token in world.tokens.values() {
        let tally = all.entry(token.person).or_default();
        tally.seen(token.last_used_at);
        tally.tokens += u32::from(!has_expired(token, now));
    }
    for key in world.ssh_keys.values() {
        let tally = all.entry(key.person).or_default();
        tally.keys += 1;
        // Of logins, that one alone is written down which proves the key.
        if let KeyProof::At(at) = key.proof {
            tally.seen(Some(at));
        }
    }
    for owner in world.nodes.values().filter_map(|node| node.owner) {
        all.entry(owner).or_default().nodes += 1;
    }
    for instance in world.instances.values().filter(|instance| instance.desired != DesiredState::Deleted) {
        all.entry(instance.owner).or_default().instances += 1;
    }
    all
}
