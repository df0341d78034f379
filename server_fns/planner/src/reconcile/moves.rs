//! Other host ports for instances whose own are taken by a program that is not ours.

use std::collections::BTreeMap;

use model::Timestamp;
use model::id::NodeId;
use model::instance::DesiredState;
use model::observed::ProblemCode;
use model::port::{HostPort, PortBlock, PortRange};

use crate::clock::Now;
use crate::event::EventKind;
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
            let (node, from, to) = (node.settings.name.clone(), instance.host_ports, new.host_ports);
            moved.insert(instance.id, (new, vec![EventKind::PortsMoved { node, from, to }]));
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
