//! What a node says of itself with every heartbeat. It is kept apart from the rest of the world, because it changes all
//! the time, and nearly never so that anything is decided otherwise.

use std::sync::Arc;
use std::time::Duration;

use imbl::OrdMap;
use model::Timestamp;
use model::id::NodeId;
use model::node::NodeFacts;

use crate::clock::Instant;
use crate::meter::Meter;

/// What was last heard of each node that has connected to this process.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Telemetry(OrdMap<NodeId, Arc<Pulse>>);

/// What was last heard of one node.
#[derive(Debug, Clone, PartialEq)]
pub struct Pulse {
    pub last_heard: Instant,
    /// The same moment for people.
    pub last_heard_at: Timestamp,
    /// From the last heartbeat; the row keeps what was so at the last connect or disconnect.
    pub facts: NodeFacts,
    /// How long a word to the node and back took last.
    pub round_trip: Option<Duration>,
    pub meter: Meter,
}

impl Telemetry {
    pub fn of(&self, node: NodeId) -> Option<&Pulse> {
        self.0.get(&node).map(Arc::as_ref)
    }

    /// The nodes of which something else was heard than in `before`; or nothing any more.
    pub fn changed_since<'a>(&'a self, before: &'a Self) -> impl Iterator<Item = NodeId> + 'a {
        use imbl::ordmap::DiffItem;
        before.0.diff(&self.0).map(|item| match item {
            DiffItem::Add(node, _) | DiffItem::Remove(node, _) | DiffItem::Update { new: (node, _), .. } => *node,
        })
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    pub fn retain(&mut self, is_there: impl Fn(NodeId) -> bool) {
        let gone: Vec<NodeId> = self.0.keys().copied().filter(|node| !is_there(*node)).collect();
        for node in gone {
            self.remove(node);
        }
    }

    pub(crate) fn insert(&mut self, node: NodeId, pulse: Pulse) {
        self.0.insert(node, Arc::new(pulse));
    }

    pub(crate) fn remove(&mut self, node: NodeId) {
        self.0.remove(&node);
    }

    /// Changes what is known of a node that has connected.
    pub(crate) fn change(&mut self, node: NodeId, change: impl FnOnce(&mut Pulse)) {
        if let Some(pulse) = self.0.get_mut(&node) {
            change(Arc::make_mut(pulse));
        }
    }
}

/// Whether a node says the same of its machine, apart from how busy that is: by nothing else is anything decided.
pub(crate) fn decides_alike(one: &NodeFacts, other: &NodeFacts) -> bool {
    let NodeFacts {
        system,
        architecture,
        cpus,
        cpu_percent: _,
        memory_total_bytes,
        memory_used_bytes: _,
        disk_total_bytes,
        disk_free_bytes: _,
        engine,
        node_version,
        images,
        components,
        reserved,
        network,
        bind,
        without_systemd,
    } = one;
    *system == other.system
        && *architecture == other.architecture
        && *cpus == other.cpus
        && *memory_total_bytes == other.memory_total_bytes
        && *disk_total_bytes == other.disk_total_bytes
        && *engine == other.engine
        && *node_version == other.node_version
        && *images == other.images
        && *components == other.components
        && *reserved == other.reserved
        && *network == other.network
        && *bind == other.bind
        && *without_systemd == other.without_systemd
}
