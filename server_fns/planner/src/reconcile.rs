//! From the world to what is to be done next. Applying a plan empties it: a second look at the same
//! moment finds nothing more.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::assignment::Assignment;
use model::id::{InstanceId, NodeId};

use crate::clock::{Instant, Now};
use crate::event::{EventKind, by_itself, of_instance};
use crate::liveness::next_transition;
use crate::world::{Change, Instance, Publication, World};

mod assign;
mod forwards;
mod give_up;
mod moves;
mod stale;
mod sweep;

/// Commit the changes, apply them, then hand out what is to be published.
#[must_use]
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    pub changes: Vec<Change>,
    pub publish: Vec<Publish>,
    /// When to look again even if nothing happens.
    pub wake_at: Option<Instant>,
}

/// The whole assignment of a connected node, with a generation that is stored once the changes of the
/// plan are committed. [`World::publish`] then shows it to the node's connection.
#[derive(Debug, Clone, PartialEq)]
pub struct Publish {
    pub node: NodeId,
    pub assignment: Arc<Assignment>,
}

impl Plan {
    pub const fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.publish.is_empty()
    }
}

/// Pure, and cheap enough to run after every change: of the assignments only those are made that can differ from what
/// was sent.
pub fn reconcile(world: &World, now: Now) -> Plan {
    let mut moved = moves::moves(world, now);
    forwards::moves(world, &mut moved, now);
    give_up::give_up(world, &mut moved, now);
    let mut changes = sweep::expired(world, now.wall);
    let mut events = Vec::new();
    for (instance, kinds) in moved.values() {
        changes.push(Change::PutInstance(Box::new(instance.clone())));
        events.extend(kinds.iter().map(|kind| of_instance(instance, by_itself(), kind.clone())));
    }
    changes.extend(world.log.lines(events, now));

    let stale = stale::Stale::find(world, &moved);
    let mut publish = Vec::new();
    for node in world.nodes.values().filter(|node| world.is_connected(node.id)) {
        let sent = world.published.get(&node.id);
        if sent.is_some_and(|sent| !stale.has(node.id) && sent.kept == assign::kept(world, node)) {
            continue;
        }
        let rows = world.node_instances(node.id);
        let instances: Vec<&Instance> =
            rows.map(|row| moved.get(&row.id).map_or(&**row, |(instance, _)| instance)).collect();
        let assignment = assign::assignment(world, node, &instances);
        let same = sent.is_some_and(|sent| sent.instances == assignment.instances && sent.kept == assignment.kept);
        if !same {
            let generation = assignment.generation;
            changes.push(Change::PutPublication(Publication { node: node.id, generation }));
            publish.push(Publish { node: node.id, assignment: Arc::new(assignment) });
        }
    }

    let transitions = world.nodes.keys().filter_map(|node| next_transition(world, *node, now.mono));
    Plan { changes, publish, wake_at: transitions.chain(sweep::next(world, now)).min() }
}

/// Instances as they are to be, and what happened to each.
type Moved = BTreeMap<InstanceId, (Instance, Vec<EventKind>)>;
