//! What must hold after every single action, seen from outside: people's promises against rows, containers and ports.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write};

use agent::converge::Step;
use agent::local::Outcome;
use model::id::{InstanceId, NodeId};
use model::instance::DesiredState;

use crate::history::History;
use crate::people::People;
use crate::scene::CLUSTER;

/// What the rules remember from action to action.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    /// Rows that were there and are not any more.
    gone: BTreeSet<InstanceId>,
    known: BTreeSet<InstanceId>,
    /// How often a container of each was stopped, and how often a node's process was killed.
    stopped: BTreeMap<InstanceId, u32>,
    pub kills: u32,
    /// Removed by hand,
    pub removed: BTreeSet<InstanceId>,
    /// and the server had been told of it before.
    pub vanished: BTreeSet<InstanceId>,
}

impl Memory {
    pub fn stepped(&mut self, id: InstanceId, step: Step, outcome: Outcome, was_running: bool) {
        if step == Step::Stop && outcome == Outcome::Done && was_running {
            *self.stopped.entry(id).or_default() += 1;
        }
    }

    /// Of what was counted, how much is left before a rule is broken.
    pub fn write(&self, people: &People, to: &mut String) -> fmt::Result {
        let Self { gone, known, stopped, kills, removed, vanished } = self;
        let asked = |id| people.stops.get(id).copied().unwrap_or_default();
        let left: Vec<(&InstanceId, u32)> = stopped.iter().map(|(id, n)| (id, asked(id) + kills - n)).collect();
        write!(to, "{gone:?}{known:?}{left:?}{removed:?}{vanished:?}")
    }
}

/// The first rule that does not hold.
pub fn check(history: &mut History) -> Result<(), String> {
    rows(history)?;
    containers(history)?;
    host_ports(history)?;
    files(history)?;
    stops(history)
}

/// A container is never without the file that says which instance it is, whatever ends the node's process and whenever.
fn files(history: &History) -> Result<(), String> {
    for node in &history.nodes {
        for view in node.engine.containers.values() {
            let Some(labels) = view.labels.as_ref().filter(|_| !history.forged.contains(&view.name)) else { continue };
            let id = labels.object;
            let Some(file) = node.disk.rows.get(&id) else {
                return Err(format!("{} is there and nothing on {} tells what it is", view.name, node.id));
            };
            let row = history.server.stored.instances.get(&id);
            let told = (file.instance, file.cluster) == (id, CLUSTER)
                && row.is_none_or(|row| file.row.owner == row.owner && file.row.name == row.spec.name);
            if !told {
                return Err(format!("the file of {id} says something else: {file:?}"));
            }
        }
    }
    Ok(())
}

/// An acknowledged create is there until somebody deletes it; what is gone never comes back.
fn rows(history: &mut History) -> Result<(), String> {
    let (stored, people, memory) = (&history.server.stored, &history.people, &mut history.memory);
    for id in people.promised.keys() {
        if !stored.instances.contains_key(id) && !people.may_go.contains(id) {
            return Err(format!("{id} was acknowledged and is lost"));
        }
    }
    for (id, promise) in people.promised.iter().filter(|(_, promise)| promise.deleted) {
        if stored.instances.get(id).is_some_and(|row| row.desired != DesiredState::Deleted) {
            return Err(format!("{id}: the deletion of it was acknowledged and is forgotten: {promise:?}"));
        }
    }
    for (id, row) in &stored.instances {
        if memory.gone.contains(id) {
            return Err(format!("{id} was deleted and came back"));
        }
        if row.report.generation > row.generation {
            return Err(format!("{id} was reported at a generation that was never wished"));
        }
        memory.known.insert(*id);
    }
    let gone: Vec<InstanceId> = memory.known.iter().filter(|id| !stored.instances.contains_key(*id)).copied().collect();
    memory.gone.extend(gone);
    Ok(())
}

/// At most one container for each instance, on its node alone, and none that no row explains. None is made anew
/// after the server was told that it is there.
fn containers(history: &mut History) -> Result<(), String> {
    let mut seen: BTreeMap<InstanceId, NodeId> = BTreeMap::new();
    for node in &mut history.nodes {
        for name in std::mem::take(&mut node.engine.news) {
            let labels = node.engine.containers.get(&name).and_then(|view| view.labels.clone());
            if let Some(labels) = labels
                && history.memory.vanished.contains(&labels.object)
            {
                return Err(format!("{} was lost and is made anew, empty", labels.object));
            }
        }
        for view in node.engine.containers.values() {
            let Some(labels) = view.labels.as_ref().filter(|_| !history.forged.contains(&view.name)) else { continue };
            let id = labels.object;
            if let Some(other) = seen.insert(id, node.id) {
                return Err(format!("{id} has a container on {other} and one on {}", node.id));
            }
            match history.server.stored.instances.get(&id) {
                None if history.people.forgotten.contains(&id) => {}
                None => return Err(format!("{} is there and {id} is not", view.name)),
                Some(row) if row.node != node.id => return Err(format!("{id} is on {}, not on its node", node.id)),
                Some(row) if node.is_old && !row.spec.closed.is_empty() => {
                    return Err(format!("{id} has closed doors, and {} cannot close any", node.id));
                }
                Some(_) => {}
            }
        }
    }
    Ok(())
}

/// A block is listened on for an instance that stands in the node's ledger, and for no other.
fn host_ports(history: &History) -> Result<(), String> {
    for node in &history.nodes {
        let assigned = node.ledger.assignment.as_ref();
        for (id, block) in &node.engine.listening {
            let known = assigned.and_then(|assignment| assignment.instances.iter().find(|one| one.id == *id));
            if known.is_none() {
                return Err(format!("{} listens on {block:?} for {id}, which it does not have", node.id));
            }
            let other = node.engine.listening.iter().find(|(other, theirs)| *other != id && theirs.overlaps(*block));
            if let Some((other, _)) = other {
                return Err(format!("{id} and {other} share host ports on {}", node.id));
            }
        }
    }
    Ok(())
}

/// Nothing is stopped that nobody asked to stop. A restart may be carried out twice when the node's process dies
/// between the stop and its next write to the ledger, once for each such death.
fn stops(history: &History) -> Result<(), String> {
    for (id, stopped) in &history.memory.stopped {
        let asked = history.people.stops.get(id).copied().unwrap_or_default();
        if *stopped > 0 && asked == 0 {
            return Err(format!("{id} was stopped and nobody asked for it"));
        }
        if *stopped > asked + history.memory.kills {
            return Err(format!("{id} was stopped {stopped} times and asked to {asked} times"));
        }
    }
    Ok(())
}
