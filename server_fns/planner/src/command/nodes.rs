//! Registering worker machines and looking after them.

use model::event::Cause;
use model::feature::Features;
use model::id::{NodeId, PersonId};
use model::instance::DesiredState;
use model::node::{Availability, NodeSettings};
use model::refusal::{Refusal, RefusalCode};
use model::request::{DrainNode, RegisterNode};
use model::version::{Epoch, Generation};

use crate::actor::Actor;
use crate::clock::Now;
use crate::command::{Asker, Decision, fresh};
use crate::draw::Draw;
use crate::event::{EventKind, of_instance, of_node};
use crate::limits::{NODES_PER_PERSON, listed};
use crate::liveness::{is_present, liveness};
use crate::world::{Change, Instance, Node, World};

pub mod enrolment;
mod rules;

use rules::settings;

/// Registers a node. Fields that were left out get their usual value.
pub fn register(
    world: &World,
    actor: &Actor,
    asked: &RegisterNode,
    key_hash: String,
    draw: &mut dyn Draw,
    now: Now,
) -> Result<Decision<NodeId>, Refusal> {
    let settings = settings(world, asked, None)?;
    if world.nodes_of(Some(actor.person)).count() >= NODES_PER_PERSON {
        let message = format!("You have {NODES_PER_PERSON} nodes, the most there may be. Remove one first.");
        return Err(Refusal::new(RefusalCode::Conflict, message));
    }
    Ok(added(world, (Some(actor.person), actor.cause()), settings, key_hash, draw, now))
}

/// Registers a node of the installation itself, from the server's own console; one that is there already
/// gets the new key, and the address if one is given.
pub fn install(
    world: &World,
    asked: &RegisterNode,
    key_hash: String,
    draw: &mut dyn Draw,
    now: Now,
) -> Result<Decision<NodeId>, Refusal> {
    let old = world.nodes_of(None).find(|node| node.settings.name.as_str() == asked.name.trim());
    let settings = settings(world, asked, old.map(|node| &**node))?;
    let Some(old) = old else {
        return Ok(added(world, (None, Asker::Operator.cause()), settings, key_hash, draw, now));
    };
    let node = Node { settings, key_hash, enrolment: None, ..unbound(old) };
    let line = of_node(&node, Asker::Operator.cause(), EventKind::NodeRegistered);
    Ok(Decision::new(vec![Change::PutNode(Box::new(node))], old.id).tells(line))
}

fn added(
    world: &World,
    (owner, cause): (Option<PersonId>, Cause),
    settings: NodeSettings,
    key_hash: String,
    draw: &mut dyn Draw,
    now: Now,
) -> Decision<NodeId> {
    let id = fresh(draw, NodeId::from_bits, |id| world.nodes.contains_key(id));
    let node = Node {
        id,
        owner,
        settings,
        availability: Availability::Open,
        key_hash,
        epoch: Epoch::default(),
        machine: None,
        takeovers: Vec::new(),
        frozen: false,
        generation: Generation::default(),
        facts: None,
        features: Features::default(),
        peer_address: None,
        last_seen_at: None,
        was_ready: false,
        enrolment: None,
        created_at: now.wall,
    };
    let line = of_node(&node, cause, EventKind::NodeRegistered);
    Decision::new(vec![Change::PutNode(Box::new(node))], id).tells(line)
}

/// Changes a node's settings. Fields that were left out stay; an empty lab or address is taken away.
/// Instances that are there keep their places and host ports.
pub fn update(world: &World, id: NodeId, asked: &RegisterNode) -> Result<Decision<()>, Refusal> {
    let node = world.find_node(id)?;
    let settings = settings(world, asked, Some(node))?;
    Ok(put_if_changed(node, Node { settings, ..Node::clone(node) }).leaves(EventKind::NodeChanged))
}

/// Replaces the API key. The old one and a code are refused from now on, and any machine may use the new one.
pub fn rotate_key(world: &World, id: NodeId, key_hash: String) -> Result<Decision<()>, Refusal> {
    let node = world.find_node(id)?;
    let row = Node { key_hash, enrolment: None, ..unbound(node) };
    Ok(put_if_changed(node, row).leaves(EventKind::NodeKeyRotated))
}

/// Places nothing new on the node; what is there goes on.
pub fn cordon(world: &World, id: NodeId) -> Result<Decision<()>, Refusal> {
    let node = world.find_node(id)?;
    let row = Node { availability: Availability::Cordoned, ..Node::clone(node) };
    Ok(put_if_changed(node, row).leaves(EventKind::NodeCordoned))
}

pub fn uncordon(world: &World, id: NodeId) -> Result<Decision<()>, Refusal> {
    let node = world.find_node(id)?;
    let row = Node { availability: Availability::Open, ..Node::clone(node) };
    Ok(put_if_changed(node, row).leaves(EventKind::NodeUncordoned))
}

/// Places nothing new on the node and starts nothing there; what runs is stopped, or its owners are waited for.
pub fn drain(world: &World, actor: &Actor, id: NodeId, asked: DrainNode, now: Now) -> Result<Decision<()>, Refusal> {
    let node = world.find_node(id)?;
    let mut decision = put_if_changed(node, Node { availability: Availability::Draining, ..Node::clone(node) });
    let runs = world.node_instances(id).filter(|instance| asked.stop && instance.desired == DesiredState::Running);
    for instance in runs {
        decision.events.push(of_instance(
            instance,
            actor.cause(),
            EventKind::Drained { node: node.settings.name.clone() },
        ));
        decision.changes.push(Change::PutInstance(Box::new(Instance {
            desired: DesiredState::Stopped,
            generation: instance.generation.next(),
            wished_at: now.wall,
            ..Instance::clone(instance)
        })));
    }
    if !decision.changes.is_empty() {
        decision.events.insert(0, of_node(node, actor.cause(), EventKind::NodeDrained { stop: asked.stop }));
    }
    Ok(decision)
}

/// Lets a machine in again after several took turns with the key: the first one that comes.
pub fn unfreeze(world: &World, id: NodeId) -> Result<Decision<()>, Refusal> {
    let node = world.find_node(id)?;
    if !node.frozen {
        return Ok(Decision::unchanged(()));
    }
    Ok(put_if_changed(node, unbound(node)).leaves(EventKind::NodeUnfrozen))
}

/// The node, open to any machine that has its key.
fn unbound(node: &Node) -> Node {
    Node { machine: None, takeovers: Vec::new(), frozen: false, ..Node::clone(node) }
}

/// Forgets a node that has nothing on it.
pub fn remove(world: &World, id: NodeId) -> Result<Decision<()>, Refusal> {
    let node = world.find_node(id)?;
    let names = names(world, id);
    if names.is_empty() {
        return Ok(Decision::new(gone(world, id).collect(), ()).leaves(EventKind::NodeRemoved));
    }
    let message = format!(
        "The node {} still has instances: {names}. Delete them and wait until the node has confirmed it.",
        node.settings.name
    );
    Err(Refusal::new(RefusalCode::Conflict, message))
}

/// Forgets a node that is gone for good, and every instance on it. Its key ends with it, so that a machine which
/// returns after all is not let in; what is on that machine stays there.
pub fn forget(world: &World, actor: &Actor, id: NodeId, now: Now) -> Result<Decision<()>, Refusal> {
    let node = world.find_node(id)?;
    if is_present(liveness(world, id, now.mono)) {
        let message = format!(
            "The node {} is connected, so it is not gone. Drain it, delete its instances and remove it.",
            node.settings.name
        );
        return Err(Refusal::new(RefusalCode::Conflict, message));
    }
    let name = &node.settings.name;
    let mut events = vec![of_node(node, actor.cause(), EventKind::NodeForgotten)];
    for instance in world.node_instances(id) {
        events.push(of_instance(instance, actor.cause(), EventKind::ForgottenWithNode { node: name.clone() }));
    }
    let instances = world.node_instances(id).map(|instance| Change::DropInstance(instance.id));
    Ok(Decision { events, ..Decision::new(instances.chain(gone(world, id)).collect(), ()) })
}

/// Its row, and that of its last assignment.
fn gone(world: &World, id: NodeId) -> impl Iterator<Item = Change> {
    let publication = world.publications.contains_key(&id).then_some(Change::DropPublication(id));
    publication.into_iter().chain([Change::DropNode(id)])
}

fn names(world: &World, node: NodeId) -> String {
    listed(world.node_instances(node).map(|instance| instance.spec.name.as_str()))
}

fn put_if_changed(old: &Node, new: Node) -> Decision<()> {
    if *old == new {
        return Decision::unchanged(());
    }
    Decision::new(vec![Change::PutNode(Box::new(new))], ())
}
