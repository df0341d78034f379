//! Which node takes a new instance: those that cannot are ruled out, each for a reason that can be told,
//! and of the rest the least loaded takes it.

use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BinaryHeap};

use model::engine::{Known, known};
use model::explain::Evidence;
use model::id::NodeId;
use model::instance::InstanceSpec;
use model::name::NodeName;
use model::node::{Availability, EngineState, Liveness};
use model::port::{PortBlock, PortRange};
use model::refusal::{Refusal, RefusalCode};

use crate::actor::Actor;
use crate::clock::Now;
use crate::credentials::node_is_let_in;
use crate::feature::{lacks, missing};
use crate::limits::NODES_IN_REFUSAL;
use crate::liveness::liveness;
use crate::permission::{Action, Subject, is_allowed};
use crate::ports::likely_free_block;
use crate::weight;
use crate::world::{Node, World};

/// A node and the host ports there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub node: NodeId,
    pub host_ports: PortBlock,
}

/// Finds a place for a new instance of the actor.
pub fn place(world: &World, actor: &Actor, spec: &InstanceSpec, now: Now) -> Result<Place, Refusal> {
    let mut fitting = Vec::new();
    let mut reasons = BTreeMap::new();
    for node in world.nodes.values().filter(|node| is_allowed(world, actor, Action::SeeNode, Subject::Node(node))) {
        let load = Load { instances: world.count_on(node.id), most: node.settings.max_instances };
        match fit(world, actor, node, load, spec, now) {
            Ok(()) => fitting.push(Reverse((load, node.id))),
            Err(text) => {
                reasons.insert(&node.settings.name, Evidence { at: now.wall, text });
            }
        }
    }
    // To look for host ports and for room in a message is to look at all that its machine has, so nobody does who is not next.
    let weight = weight::weight(world, spec);
    let mut fitting = BinaryHeap::from(fitting);
    while let Some(Reverse((_, node))) = fitting.pop() {
        let Some(node) = world.nodes.get(&node) else { continue };
        match message_room(world, node, weight).and_then(|()| free_block(world, node)) {
            Ok(host_ports) => return Ok(Place { node: node.id, host_ports }),
            Err(text) => drop(reasons.insert(&node.settings.name, Evidence { at: now.wall, text })),
        }
    }
    Err(no_capacity(&reasons))
}

#[derive(Debug, Clone, Copy)]
struct Load {
    instances: u32,
    most: u32,
}

/// By the share that is used, without division.
impl Ord for Load {
    fn cmp(&self, other: &Self) -> Ordering {
        let share = |a: &Self, b: &Self| u64::from(a.instances) * u64::from(b.most);
        share(self, other).cmp(&share(other, self))
    }
}

impl PartialOrd for Load {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Load {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Load {}

/// Or a clause that follows the name of the node.
fn fit(world: &World, actor: &Actor, node: &Node, load: Load, spec: &InstanceSpec, now: Now) -> Result<(), String> {
    if !is_allowed(world, actor, Action::PlaceOnNode, Subject::Node(node)) {
        return Err("takes only its owner's instances".to_owned());
    }
    // Its connection may not have ended yet.
    if !node_is_let_in(world, node) {
        return Err("belongs to an account that is suspended".to_owned());
    }
    match liveness(world, node.id, now.mono) {
        Liveness::Online | Liveness::Late => {}
        Liveness::Offline => return Err("is offline".to_owned()),
        Liveness::Never => return Err("has never connected".to_owned()),
    }
    match node.availability {
        Availability::Open => {}
        Availability::Cordoned => return Err("is cordoned and takes nothing new".to_owned()),
        Availability::Draining => return Err("is being drained".to_owned()),
    }
    let facts = world.node_facts(node);
    match facts.map(|facts| &facts.engine) {
        Some(EngineState::Up { .. }) => {}
        Some(EngineState::Hung { .. }) => return Err("has a container engine that hangs".to_owned()),
        Some(EngineState::Away { .. }) => return Err("cannot reach its container engine".to_owned()),
        Some(EngineState::Unknown) | None => return Err("has not yet found its container engine".to_owned()),
    }
    if world.settings.refuse_faulty {
        let Known { faults, unknown } = known(facts.map_or(&[], |facts| &facts.components));
        match (faults.first(), unknown.first()) {
            (Some(fault), _) => {
                return Err(format!("has a known fault in its engine ({} {})", fault.component, fault.cve));
            }
            (None, Some(name)) => return Err(format!("does not tell which {name} its engine has")),
            (None, None) => {}
        }
    }
    if facts.is_none_or(|facts| !spec.image.is_among(&facts.images)) {
        return Err(format!("does not offer {}", spec.image.title()));
    }
    if let Some(feature) = missing(world, node, spec) {
        return Err(lacks(world, node, feature));
    }
    if load.instances >= load.most {
        return Err(match load.most {
            1 => "has its one instance".to_owned(),
            most => format!("has its {most} instances"),
        });
    }
    Ok(())
}

/// Whether the node can be told of it, or a clause that follows the name of the node.
fn message_room(world: &World, node: &Node, weight: usize) -> Result<(), String> {
    if weight::has_room(world, node.id, weight) {
        return Ok(());
    }
    Err("has instances with so many SSH keys and ports that it can be told of no more".to_owned())
}

/// The host ports it would get there, or a clause that follows the name of the node.
fn free_block(world: &World, node: &Node) -> Result<PortBlock, String> {
    let held: Vec<PortRange> = world.not_to_give(node).collect();
    let suspect: Vec<PortBlock> = world.clashed_blocks(node.id).collect();
    likely_free_block(node.settings.host_ports, &held, &[], &suspect)
        .ok_or_else(|| format!("has no {} consecutive free host ports left", PortBlock::SIZE))
}

fn no_capacity(reasons: &BTreeMap<&NodeName, Evidence>) -> Refusal {
    if reasons.is_empty() {
        let message = "There is no node yet that could take it. Register one under Nodes, start dockhost-node on it, \
                       and create the instance again.";
        return Refusal::new(RefusalCode::NoCapacity, message);
    }
    let evidence = |(name, why): (&&NodeName, &Evidence)| Evidence { at: why.at, text: format!("{name} {}", why.text) };
    let evidence: Vec<Evidence> = reasons.iter().take(NODES_IN_REFUSAL).map(evidence).collect();
    let listed = evidence.iter().map(|one| one.text.as_str()).collect::<Vec<_>>().join("; ");
    let more = match reasons.len().saturating_sub(NODES_IN_REFUSAL) {
        0 => String::new(),
        more => format!("; {more} more cannot either"),
    };
    let next_step = "Delete an instance, try again later, or register another node.";
    let message = format!("No node can take another instance: {listed}{more}. {next_step}");
    Refusal { evidence, next_step: Some(next_step.to_owned()), ..Refusal::new(RefusalCode::NoCapacity, message) }
}
