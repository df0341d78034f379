//! The end of an account.

use std::sync::Arc;

use model::id::PersonId;
use model::instance::DesiredState;
use model::refusal::Refusal;
use model::request::Handover;
use model::verb::Verb;

use super::administer::must_leave_an_administrator;
use super::handover::{Fate, Field, fate, given, given_node};
use super::wishes::wished;
use crate::clock::Now;
use crate::command::{Asker, Decision, nodes};
use crate::draw::Draw;
use crate::event::{EventKind, of_account, of_node};
use crate::world::{Change, Instance, Kind as _, Node, World};

/// Removes somebody, with everything that is theirs alone. The two words are on their instances and on their nodes.
///
/// An instance that is being deleted waits for its node, which may be away for months, and nobody waits for that: its row
/// goes on to name an account that is gone. It is an administrator's to look after then, and no new account gets that id.
pub fn remove(
    world: &World,
    asker: &Asker,
    person: PersonId,
    words: (Option<&Handover>, Option<&Handover>),
    draw: &mut dyn Draw,
    now: Now,
) -> Result<Decision<()>, Refusal> {
    let row = world.find_person(person)?;
    must_leave_an_administrator(world, row)?;
    let instances: Vec<&Arc<Instance>> =
        world.live_instances_of(person).filter(|instance| instance.desired != DesiredState::Deleted).collect();
    let own: Vec<&Arc<Node>> = world.nodes_of(Some(person)).collect();
    // What there is none of has no fate that anybody should read of.
    let told = |word: Option<&Handover>, none: bool| word.filter(|_| !none).cloned();
    let kind = EventKind::AccountRemoved {
        instances: told(words.0, instances.is_empty()),
        nodes: told(words.1, own.is_empty()),
    };
    let events = vec![of_account(row, asker.cause(), kind)];
    let mut decision = Decision { events, ..Decision::unchanged(()) };

    let names = instances.iter().map(|instance| instance.spec.name.as_str());
    match fate(world, row, Field::Instances, words.0, names)? {
        None => {}
        Some(Fate::Give(receiver)) => decision.also(given(world, asker, row, receiver, &instances, draw)?),
        Some(Fate::Delete) => {
            for instance in instances {
                decision.also(wished(asker, instance, DesiredState::Deleted, Verb::Delete, now));
            }
        }
    }

    match fate(world, row, Field::Nodes, words.1, own.iter().map(|node| node.settings.name.as_str()))? {
        None => {}
        Some(Fate::Give(receiver)) => own.iter().for_each(|node| decision.also(given_node(asker, node, receiver))),
        // With anything on it, also theirs that is being deleted, it is removed as little as by its own command: its
        // machine would keep what nobody looks after.
        Some(Fate::Delete) => {
            for node in own {
                decision.also(nodes::remove(world, node.id).map_err(|no| no.at(Field::Nodes.as_str()))?);
                decision.events.push(of_node(node, asker.cause(), EventKind::NodeRemoved));
            }
        }
    }

    decision.changes.extend(held(world, person));
    decision.changes.push(Change::DropPerson(person));
    Ok(decision)
}

/// What opened the account, and what was kept of its requests.
fn held(world: &World, person: PersonId) -> impl Iterator<Item = Change> {
    let sessions = world.sessions_of(person).map(|row| Change::DropSession(row.id));
    let tokens = world.tokens_of(person).map(|row| Change::DropToken(row.id));
    let keys = world.ssh_keys_of(person).map(|row| Change::DropSshKey(row.id));
    let answers = world.answers_of(person).map(|row| Change::DropIdempotency(row.key()));
    let failed = world.failed_sign_ins.get(&person).map(|row| Change::DropFailedSignIns(row.person));
    sessions.chain(tokens).chain(keys).chain(answers).chain(failed)
}
