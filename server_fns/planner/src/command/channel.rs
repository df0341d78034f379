//! What a node's connection brings about.

use std::collections::BTreeMap;

use model::id::{ClusterId, InstanceId, NodeId};
use model::instance::DesiredState;
use model::node::NodeFacts;
use model::observed::{InstanceReport, Observed, Problem, ProblemCode};
use model::version::Epoch;

use crate::clock::Now;
use crate::command::{Decision, event};
use crate::liveness::LEASE;
use crate::world::{Change, Instance, LastReport, Node, World};

mod timeline;

/// Why a node is not welcomed: a sentence for its operator.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChannelRefusal {
    /// Another machine is connected with the same key. The sentence is also the alarm for the node's page.
    #[error("{0}")]
    SecondMachine(String),
    #[error("{0}")]
    Cluster(String),
    #[error("{0}")]
    Revoked(String),
}

/// A node whose key was found good wants to connect. The epoch is stored before it is welcomed.
pub fn connected(
    world: &World,
    node: NodeId,
    machine: &str,
    cluster: Option<ClusterId>,
    facts: NodeFacts,
    peer_address: String,
    now: Now,
) -> Result<Decision<Epoch>, ChannelRefusal> {
    let Some(row) = world.nodes.get(&node) else {
        return Err(ChannelRefusal::Revoked("This node was removed. Register it again to get another key.".to_owned()));
    };
    let name = &row.settings.name;
    if let Some(other) = cluster.filter(|cluster| *cluster != world.cluster) {
        return Err(ChannelRefusal::Cluster(format!(
            "The data directory of {name} belongs to the installation {other}, and this server is {}. Give the node \
             an empty data directory, or connect it to its own server.",
            world.cluster
        )));
    }
    let held = world.links.get(&node).is_some_and(|link| link.connected && now.mono.since(link.last_heard) < LEASE);
    if held && row.machine.as_deref().is_some_and(|known| known != machine) {
        return Err(ChannelRefusal::SecondMachine(format!(
            "A second machine, from {peer_address}, tried to connect with the key of {name} and was refused. Register \
             that machine as a node of its own; if it is not yours, rotate the key."
        )));
    }
    let epoch = row.epoch.next();
    let row = Node {
        epoch,
        machine: Some(machine.to_owned()),
        facts: Some(facts),
        peer_address: Some(peer_address),
        last_seen_at: Some(now.wall),
        ..Node::clone(row)
    };
    Ok(Decision::new(vec![Change::PutNode(Box::new(row))], epoch))
}

/// The connection of that epoch ended: when the node was last heard, and what it said of itself, is kept.
pub fn disconnected(world: &World, node: NodeId, epoch: Epoch) -> Option<Change> {
    let row = world.nodes.get(&node)?;
    let link = world.links.get(&node).filter(|link| link.epoch == epoch)?;
    let row = Node { facts: Some(link.facts.clone()), last_seen_at: Some(link.last_heard_at), ..Node::clone(row) };
    Some(Change::PutNode(Box::new(row)))
}

/// What a node saw of its instances. Only what is new of instances that are its own leads to changes.
pub fn reported(
    world: &World,
    node: NodeId,
    epoch: Epoch,
    reports: &[InstanceReport],
    draw: &mut dyn FnMut() -> u64,
    now: Now,
) -> Vec<Change> {
    let current = world.links.get(&node).is_some_and(|link| link.connected && link.epoch == epoch);
    let Some(row) = world.nodes.get(&node).filter(|_| current) else {
        return Vec::new();
    };
    let latest: BTreeMap<InstanceId, &InstanceReport> =
        reports.iter().map(|report| (report.instance, report)).collect();
    let mut changes = Vec::new();
    for (id, report) in latest {
        if let Some(instance) = world.instances.get(&id).filter(|instance| instance.node == node) {
            take(world, row, instance, report, &mut changes, draw, now);
        }
    }
    changes
}

fn take(
    world: &World,
    node: &Node,
    old: &Instance,
    report: &InstanceReport,
    changes: &mut Vec<Change>,
    draw: &mut dyn FnMut() -> u64,
    now: Now,
) {
    let acted_on = report.generation == old.generation;
    if old.desired == DesiredState::Deleted && acted_on && report.observed == Observed::Absent {
        changes.push(Change::DropInstance(old.id));
        return;
    }
    let seen = match &report.observed {
        Observed::Present(facts) => facts.incarnation == old.incarnation,
        Observed::Absent | Observed::Unknown { .. } => false,
    };
    let vanished = old.was_present && report.observed == Observed::Absent && old.desired != DesiredState::Deleted;
    let new = Instance {
        was_present: old.was_present || seen,
        report: LastReport {
            observed: report.observed.clone(),
            generation: report.generation,
            activity: report.activity.clone(),
            problem: if vanished { Some(lost(node, report.problem.as_ref())) } else { report.problem.clone() },
            restarts: if acted_on { old.restarts } else { old.report.restarts },
            at: now.wall,
        },
        ..old.clone()
    };
    if is_same(&old.report, &new.report) {
        return;
    }
    let name = node.settings.name.as_str();
    let lines = timeline::lines(old, &new, name);
    changes.push(Change::PutInstance(Box::new(new)));
    changes.extend(lines.into_iter().map(|text| event(world, old.id, name, text, draw, now)));
}

fn lost(node: &Node, said: Option<&Problem>) -> Problem {
    let name = &node.settings.name;
    match said.filter(|problem| problem.code == ProblemCode::Lost) {
        Some(problem) => problem.clone(),
        None => Problem {
            code: ProblemCode::Lost,
            message: format!(
                "Its container is not on {name} any more, and nobody asked DockHost to remove it. Restore it there, or \
                 delete the instance and create another one."
            ),
        },
    }
}

/// Apart from time.
fn is_same(old: &LastReport, new: &LastReport) -> bool {
    let observed = match (&old.observed, &new.observed) {
        (Observed::Unknown { .. }, Observed::Unknown { .. }) => true,
        (old, new) => old == new,
    };
    observed
        && old.generation == new.generation
        && old.activity == new.activity
        && old.problem == new.problem
        && old.restarts == new.restarts
}
