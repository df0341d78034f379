//! Registering worker machines and looking after them.

use model::id::{NodeId, PersonId};
use model::node::{Availability, NodeSettings};
use model::refusal::{Refusal, RefusalCode};
use model::request::RegisterNode;
use model::version::{Epoch, Generation};

use crate::actor::Actor;
use crate::clock::Now;
use crate::command::{Decision, fresh};
use crate::limits::{NAMES_IN_MESSAGE, NODES_PER_PERSON};
use crate::world::{Change, Node, World};

mod rules;

use rules::settings;

/// Registers a node. Fields that were left out get their usual value.
pub fn register(
    world: &World,
    actor: &Actor,
    asked: &RegisterNode,
    key_hash: String,
    draw: &mut dyn FnMut() -> u64,
    now: Now,
) -> Result<Decision<NodeId>, Refusal> {
    let settings = settings(world, asked, None)?;
    if world.nodes.values().filter(|node| node.owner == Some(actor.person)).count() >= NODES_PER_PERSON {
        let message = format!("You have {NODES_PER_PERSON} nodes, the most there may be. Remove one first.");
        return Err(Refusal::new(RefusalCode::Conflict, message));
    }
    Ok(added(world, Some(actor.person), settings, key_hash, draw, now))
}

/// Enrols a node of the installation itself, from the server's own console; one that is there already
/// gets the new key, and the address if one is given.
pub fn enrol(
    world: &World,
    asked: &RegisterNode,
    key_hash: String,
    draw: &mut dyn FnMut() -> u64,
    now: Now,
) -> Result<Decision<NodeId>, Refusal> {
    let own = |node: &&std::sync::Arc<Node>| node.owner.is_none() && node.settings.name.as_str() == asked.name.trim();
    let old = world.nodes.values().find(own);
    let settings = settings(world, asked, old.map(|node| &**node))?;
    let Some(old) = old else {
        return Ok(added(world, None, settings, key_hash, draw, now));
    };
    let node = Node { settings, key_hash, machine: None, ..Node::clone(old) };
    Ok(Decision::new(vec![Change::PutNode(Box::new(node))], old.id))
}

fn added(
    world: &World,
    owner: Option<PersonId>,
    settings: NodeSettings,
    key_hash: String,
    draw: &mut dyn FnMut() -> u64,
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
        generation: Generation::default(),
        facts: None,
        peer_address: None,
        last_seen_at: None,
        created_at: now.wall,
    };
    Decision::new(vec![Change::PutNode(Box::new(node))], id)
}

/// Changes a node's settings. Fields that were left out stay; an empty lab or address is taken away.
/// Instances that are there keep their places and host ports.
pub fn update(world: &World, actor: &Actor, id: NodeId, asked: &RegisterNode) -> Result<Decision<()>, Refusal> {
    let node = actor.managed_node(world, id)?;
    let settings = settings(world, asked, Some(node))?;
    Ok(put_if_changed(node, Node { settings, ..Node::clone(node) }))
}

/// Replaces the API key. The old one is refused from now on, and any machine may use the new one.
pub fn rotate_key(world: &World, actor: &Actor, id: NodeId, key_hash: String) -> Result<Decision<()>, Refusal> {
    let node = actor.managed_node(world, id)?;
    Ok(put_if_changed(node, Node { key_hash, machine: None, ..Node::clone(node) }))
}

/// Places nothing new on the node; what is there goes on.
pub fn cordon(world: &World, actor: &Actor, id: NodeId) -> Result<Decision<()>, Refusal> {
    let node = actor.managed_node(world, id)?;
    Ok(put_if_changed(node, Node { availability: Availability::Cordoned, ..Node::clone(node) }))
}

pub fn uncordon(world: &World, actor: &Actor, id: NodeId) -> Result<Decision<()>, Refusal> {
    let node = actor.managed_node(world, id)?;
    Ok(put_if_changed(node, Node { availability: Availability::Open, ..Node::clone(node) }))
}

/// Forgets a node that has nothing on it.
pub fn remove(world: &World, actor: &Actor, id: NodeId) -> Result<Decision<()>, Refusal> {
    let node = actor.managed_node(world, id)?;
    let names: Vec<String> = world.node_instances(id).map(|instance| instance.spec.name.to_string()).collect();
    if names.is_empty() {
        return Ok(Decision::new(vec![Change::DropNode(id)], ()));
    }
    let listed = names.iter().take(NAMES_IN_MESSAGE).map(String::as_str).collect::<Vec<_>>().join(", ");
    let more = match names.len().saturating_sub(NAMES_IN_MESSAGE) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let message = format!(
        "The node {} still has instances: {listed}{more}. Delete them and wait until the node has confirmed it.",
        node.settings.name
    );
    Err(Refusal::new(RefusalCode::Conflict, message))
}

fn put_if_changed(old: &Node, new: Node) -> Decision<()> {
    if *old == new {
        return Decision::unchanged(());
    }
    Decision::new(vec![Change::PutNode(Box::new(new))], ())
}
