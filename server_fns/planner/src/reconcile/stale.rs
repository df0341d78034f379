//! Which assignments may differ from those that were sent: of nodes whose instances or program changed, and of those with instances
//! whose keys did.

use std::collections::BTreeSet;
use std::sync::Arc;

use imbl::ordmap::DiffItem;
use model::id::{NodeId, PersonId, SshKeyId};

use crate::reconcile::Moved;
use crate::world::{Instance, RowsThen, World};

pub(super) enum Stale {
    All,
    Nodes(BTreeSet<NodeId>),
}

impl Stale {
    pub(super) fn find(world: &World, moved: &Moved) -> Self {
        let Some(rows) = world.looked_after.rows().filter(|rows| rows.gateway_key == world.identity.gateway_key) else {
            return Self::All;
        };
        let mut nodes: BTreeSet<NodeId> = moved.values().map(|(instance, _)| instance.node).collect();
        for change in rows.instances.diff(&world.instances) {
            match change {
                DiffItem::Add(_, row) | DiffItem::Remove(_, row) => drop(nodes.insert(row.node)),
                DiffItem::Update { old: (_, old), new: (_, new) } => nodes.extend([old.node, new.node]),
            }
        }
        // What its program cannot do is withheld from a node.
        nodes.extend(rows.nodes.diff(&world.nodes).filter_map(|change| match change {
            DiffItem::Add(id, _) | DiffItem::Remove(id, _) => Some(*id),
            DiffItem::Update { old: (_, old), new: (id, new) } => (old.features != new.features).then_some(*id),
        }));
        let keys = keys(world, rows);
        if !keys.is_empty() {
            let has_one = |row: &&Arc<Instance>| row.spec.ssh_keys.iter().any(|key| keys.contains(key));
            nodes.extend(world.instances.values().filter(has_one).map(|row| row.node));
        }
        Self::Nodes(nodes)
    }

    pub(super) fn has(&self, node: NodeId) -> bool {
        match self {
            Self::All => true,
            Self::Nodes(nodes) => nodes.contains(&node),
        }
    }
}

/// Those whose lines in an instance may have changed; a line has the username of its owner.
fn keys(world: &World, rows: &RowsThen) -> BTreeSet<SshKeyId> {
    let changed = rows.ssh_keys.diff(&world.ssh_keys).map(|change| match change {
        DiffItem::Add(id, _) | DiffItem::Remove(id, _) | DiffItem::Update { new: (id, _), .. } => *id,
    });
    let mut keys: BTreeSet<SshKeyId> = changed.collect();
    let renamed = rows.people.diff(&world.people).filter_map(|change| match change {
        DiffItem::Add(id, _) | DiffItem::Remove(id, _) => Some(*id),
        DiffItem::Update { old: (_, old), new: (id, new) } => (old.username != new.username).then_some(*id),
    });
    let renamed: BTreeSet<PersonId> = renamed.collect();
    if !renamed.is_empty() {
        keys.extend(world.ssh_keys.values().filter(|key| renamed.contains(&key.person)).map(|key| key.id));
    }
    keys
}
