//! What a node's connection brings about.

use std::collections::BTreeMap;

use model::Timestamp;
use model::feature::Features;
use model::id::{ClusterId, InstanceId, NodeId};
use model::instance::DesiredState;
use model::node::{Availability, NodeFacts};
use model::observed::{InstanceReport, Observed, OwnEnd, Problem, ProblemCode};
use model::version::{Epoch, Era, Generation};

use crate::clock::Now;
use crate::command::{is_past, powered_off};
use crate::credentials::node_is_let_in;
use crate::decision::Decision;
use crate::event::{EventKind, by_node, of_instance, of_node};
use crate::limits::{TAKEOVERS, TAKEOVERS_WITHIN};
use crate::liveness::lease;
use crate::rollup::own_end;
use crate::telemetry::Pulse;
use crate::world::{Change, Instance, LastReport, Node, World};

mod event;
mod timeline;

pub use event::{ChannelAnswer, ChannelEvent, Noted, decide, note};

/// Why a node is not welcomed: a sentence for its operator.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChannelRefusal {
    /// Another machine is connected with the same key. The sentence is also the alarm for the node's page.
    #[error("{0}")]
    SecondMachine(String),
    #[error("{0}")]
    Cluster(String),
    /// The node knows more than this server, whose data are older than they were.
    #[error("{0}")]
    Older(String),
    #[error("{0}")]
    Revoked(String),
}

/// Whether the key with which a node connected still opens anything.
pub fn still_valid(world: &World, node: NodeId, key_hash: &str) -> Result<(), ChannelRefusal> {
    let revoked = |why: &str| Err(ChannelRefusal::Revoked(why.to_owned()));
    match world.nodes.get(&node) {
        Some(row) if row.key_hash == key_hash && !node_is_let_in(world, row) => revoked(&of_suspended(row)),
        Some(row) if row.key_hash == key_hash => Ok(()),
        Some(_) => revoked("The key of this node was rotated. Start it with the new key."),
        None => revoked("This node was removed. Register it again to get another key."),
    }
}

/// Whether that connection is the node's newest.
pub fn is_current(world: &World, node: NodeId, epoch: Epoch) -> bool {
    world.links.get(&node).is_some_and(|link| link.epoch == epoch)
}

/// How a node introduces itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Introduction {
    /// Made once per data directory.
    pub machine: String,
    /// What its ledger holds, if anything.
    pub cluster: Option<ClusterId>,
    pub era: Era,
    pub generation: Generation,
    pub facts: NodeFacts,
    pub features: Features,
    pub peer_address: String,
}

/// A node whose key was found good wants to connect. The epoch is stored before it is welcomed; so is that its key
/// is frozen before it is refused for that.
pub fn connected(
    world: &World,
    node: NodeId,
    hello: Introduction,
    now: Now,
) -> Decision<Result<Epoch, ChannelRefusal>> {
    let row = match welcome(world, node, &hello, now) {
        Ok(row) => row,
        Err(refusal) => return Decision::unchanged(Err(refusal)),
    };
    let stranger = row.machine.as_deref().is_some_and(|known| known != hello.machine);
    let mut takeovers: Vec<Timestamp> =
        row.takeovers.iter().copied().filter(|at| !is_past(*at, TAKEOVERS_WITHIN, now.wall)).collect();
    if stranger {
        takeovers.push(now.wall);
    }
    if takeovers.len() >= TAKEOVERS {
        let event = of_node(row, by_node(row), EventKind::NodeFrozen);
        let row = Node { takeovers, frozen: true, ..Node::clone(row) };
        let refusal = ChannelRefusal::SecondMachine(frozen(&row));
        return Decision { events: vec![event], ..Decision::new(vec![Change::PutNode(Box::new(row))], Err(refusal)) };
    }
    let epoch = row.epoch.next();
    let row = Node {
        epoch,
        machine: Some(hello.machine),
        takeovers,
        facts: Some(hello.facts),
        features: hello.features,
        peer_address: Some(hello.peer_address),
        last_seen_at: Some(now.wall),
        // Whoever has the key needs no code, and nobody else may come in by one that was left over.
        enrolment: row.enrolment.clone().filter(|enrolment| enrolment.used.is_some()),
        ..Node::clone(row)
    };
    let event = of_node(&row, by_node(&row), EventKind::NodeConnected { other_machine: stranger });
    Decision { events: vec![event], ..Decision::new(vec![Change::PutNode(Box::new(row))], Ok(epoch)) }
}

/// A heartbeat of that connection: the node shows for the first time that it is ready for instances.
pub fn became_ready(world: &World, node: NodeId, epoch: Epoch, facts: &NodeFacts) -> Option<Change> {
    let current = world.links.get(&node).is_some_and(|link| link.connected && link.epoch == epoch);
    let row = world.nodes.get(&node).filter(|row| current && !row.was_ready)?;
    let ready = facts.engine.is_up() && row.availability == Availability::Open && !row.frozen;
    ready.then(|| Change::PutNode(Box::new(Node { was_ready: true, ..Node::clone(row) })))
}

/// The row of a node that may come in.
fn welcome<'w>(world: &'w World, node: NodeId, hello: &Introduction, now: Now) -> Result<&'w Node, ChannelRefusal> {
    let Some(row) = world.nodes.get(&node) else {
        return Err(ChannelRefusal::Revoked("This node was removed. Register it again to get another key.".to_owned()));
    };
    let name = &row.settings.name;
    if let Some(other) = hello.cluster.filter(|cluster| *cluster != world.cluster) {
        return Err(ChannelRefusal::Cluster(format!(
            "The data directory of {name} belongs to the installation {other}, and this server is {}. Connect the node \
             to its own server, or give it an empty data directory. If the data of {other} are lost, take its nodes \
             over with `dockhost recover --installation {other}` in an empty data directory of the server.",
            world.cluster
        )));
    }
    if hello.cluster.is_some() && (hello.era, hello.generation) > (world.era, world.generation(row)) {
        return Err(ChannelRefusal::Older(format!(
            "{name} was told more than this server knows (generation {} against {}), so this server's data are older \
             than they were. If they were copied back by hand, restore them with `dockhost restore` instead; nothing on \
             the node was touched.",
            hello.generation,
            world.generation(row)
        )));
    }
    if row.frozen {
        return Err(ChannelRefusal::SecondMachine(frozen(row)));
    }
    let silent = |pulse: &Pulse| now.mono.since(pulse.last_heard) >= lease(world);
    let held = world.is_connected(node) && world.telemetry.of(node).is_some_and(|pulse| !silent(pulse));
    if held && row.machine.as_deref().is_some_and(|known| known != hello.machine) {
        return Err(ChannelRefusal::SecondMachine(format!(
            "A second machine, from {}, tried to connect with the key of {name} and was refused. Register that machine \
             as a node of its own; if it is not yours, rotate the key.",
            hello.peer_address
        )));
    }
    Ok(row)
}

/// What is said of a node whose key several machines use in turns.
pub(crate) fn frozen(node: &Node) -> String {
    format!(
        "Several machines took turns with the key of {}, so all of them are refused. Switch off \
         all but the right one and choose Let it in again in the menu of the node on the page Nodes, or choose Rotate key \
         there.",
        node.settings.name
    )
}

/// What is said of a node whose owner is suspended, to its operator and to who looks after it.
pub(crate) fn of_suspended(node: &Node) -> String {
    format!(
        "The account that the node {} belongs to is suspended, so its key opens nothing. What runs there goes on. It is let \
         in again when an administrator resumes the account.",
        node.settings.name
    )
}

/// The connection of that epoch ended: when the node was last heard, and what it said of itself, is kept.
pub fn disconnected(world: &World, node: NodeId, epoch: Epoch) -> Decision<()> {
    let pulse = world.telemetry.of(node).filter(|_| is_current(world, node, epoch));
    let Some((row, pulse)) = world.nodes.get(&node).zip(pulse) else { return Decision::unchanged(()) };
    let event = of_node(row, by_node(row), EventKind::NodeDisconnected);
    let row = Node { facts: Some(pulse.facts.clone()), last_seen_at: Some(pulse.last_heard_at), ..Node::clone(row) };
    Decision { events: vec![event], ..Decision::new(vec![Change::PutNode(Box::new(row))], ()) }
}

/// What a node saw of its instances. Only what is new of instances that are its own leads to changes.
pub fn reported(world: &World, node: NodeId, epoch: Epoch, reports: &[InstanceReport], now: Now) -> Decision<()> {
    let mut decision = Decision::unchanged(());
    let current = world.links.get(&node).is_some_and(|link| link.connected && link.epoch == epoch);
    let Some(row) = world.nodes.get(&node).filter(|_| current) else { return decision };
    let latest: BTreeMap<InstanceId, &InstanceReport> =
        reports.iter().map(|report| (report.instance, report)).collect();
    for (id, report) in latest {
        if let Some(instance) = world.instances.get(&id).filter(|instance| instance.node == node) {
            take(row, instance, report, &mut decision, now);
        }
    }
    decision
}

fn take(node: &Node, old: &Instance, report: &InstanceReport, decision: &mut Decision<()>, now: Now) {
    let acted_on = report.generation == old.generation;
    if old.desired == DesiredState::Deleted && acted_on && report.observed == Observed::Absent {
        decision.changes.push(Change::DropInstance(old.id));
        decision.events.push(of_instance(old, by_node(node), EventKind::Gone));
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
            unopened: report.unopened.clone(),
            closed: report.closed.clone(),
            restarts: if acted_on { old.restarts } else { old.report.restarts },
            at: now.wall,
        },
        ..old.clone()
    };
    if is_same(&old.report, &new.report) {
        return;
    }
    let name = &node.settings.name;
    let happened = timeline::between(old, &new, name).into_iter();
    decision.events.extend(happened.map(|kind| of_instance(old, by_node(node), kind)));
    // Whoever has wished something since wins.
    let switched_off =
        acted_on && old.desired == DesiredState::Running && own_end(&report.observed) == Some(OwnEnd::PowerOff);
    let new = if switched_off { powered_off(new, now) } else { new };
    decision.changes.push(Change::PutInstance(Box::new(new)));
}

fn lost(node: &Node, said: Option<&Problem>) -> Problem {
    let name = &node.settings.name;
    match said.filter(|problem| problem.code == ProblemCode::Lost) {
        Some(problem) => problem.clone(),
        None => Problem {
            code: ProblemCode::Lost,
            message: format!(
                "Its container is not on {name} any more, and nobody asked DockHost to remove it. Most likely somebody \
                 removed or pruned it there by hand. Restore it there, or \
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
        && old.unopened == new.unopened
        && old.closed == new.closed
        && old.restarts == new.restarts
}
