//! Other host ports for instances whose own are taken by a program that is not ours.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use model::Timestamp;
use model::event::InstanceEvent;
use model::id::{EventId, NodeId};
use model::instance::DesiredState;
use model::observed::ProblemCode;
use model::port::{HostPort, PortBlock, PortRange};

use crate::clock::Now;
use crate::limits::CLASHED_BLOCKS_PER_INSTANCE;
use crate::ports::likely_free_block;
use crate::reconcile::Moved;
use crate::world::{Instance, Node, World};

/// Each move raises the generation, so the report that caused it does not cause another one. Without a
/// free block, or after too many moves, the instance keeps its ports and shows the node's error. What one
/// leaves another may take, so it is tried until nobody moves any more.
pub(super) fn moves(world: &World, now: Now) -> Moved {
    let mut moved = Moved::new();
    let mut places: BTreeMap<NodeId, Places> = BTreeMap::new();
    let mut waiting: Vec<&Instance> = world.troubled().map(|row| &**row).filter(|row| is_clashing(row)).collect();
    loop {
        let before = waiting.len();
        waiting.retain(|instance| {
            let Some(node) = world.nodes.get(&instance.node) else { return true };
            let places = places.entry(node.id).or_insert_with(|| Places::of(world, node, now.wall));
            let Some(new) = places.give(instance) else { return true };
            let event = told(node, instance, new.host_ports, now);
            moved.insert(instance.id, (new, event));
            false
        });
        if waiting.len() == before {
            return moved;
        }
    }
}

/// The host ports of one node while its instances move.
struct Places {
    range: PortRange,
    held: Vec<PortRange>,
    suspect: Vec<PortBlock>,
    now: Timestamp,
}

impl Places {
    fn of(world: &World, node: &Node, now: Timestamp) -> Self {
        let clashing = world.node_instances(node.id).filter(|instance| is_clashing(instance));
        Self {
            now,
            range: node.settings.host_ports,
            held: world.not_to_give(node).chain(world.taken_ports(node.id).map(HostPort::range)).collect(),
            suspect: world.clashed_blocks(node.id).chain(clashing.map(|instance| instance.host_ports)).collect(),
        }
    }

    /// The instance with another block, if there is one.
    fn give(&mut self, instance: &Instance) -> Option<Instance> {
        let mut clashed = instance.clashed.clone();
        clashed.push(instance.host_ports);
        let host_ports = likely_free_block(self.range, &self.held, &clashed, &self.suspect)?;
        if let Some(own) = self.held.iter_mut().find(|held| **held == instance.host_ports.range()) {
            *own = host_ports.range();
        }
        Some(Instance {
            host_ports,
            clashed,
            generation: instance.generation.next(),
            wished_at: self.now,
            ..instance.clone()
        })
    }
}

fn is_clashing(instance: &Instance) -> bool {
    let taken = instance.report.problem.as_ref().is_some_and(|problem| problem.code == ProblemCode::PortsTaken);
    taken
        && instance.report.generation == instance.generation
        && instance.desired != DesiredState::Deleted
        && instance.clashed.len() < CLASHED_BLOCKS_PER_INSTANCE
}

/// The id follows from what happened, because nothing here draws at random.
fn told(node: &Node, instance: &Instance, new: PortBlock, now: Now) -> InstanceEvent {
    let mut hasher = DefaultHasher::new();
    ("ports moved", instance.id, instance.generation).hash(&mut hasher);
    let text = format!(
        "One of the host ports {} on {} is taken by another program; it has {} now.",
        span(instance.host_ports),
        node.settings.name,
        span(new)
    );
    let id = EventId::from_bits(hasher.finish());
    InstanceEvent { id, instance: instance.id, at: now.wall, actor: "DockHost".to_owned(), text }
}

fn span(block: PortBlock) -> String {
    format!("{} to {}", block.first.0, block.first.0.saturating_add(PortBlock::SIZE - 1))
}
