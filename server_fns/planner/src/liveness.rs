//! How recently a node was heard, on the monotonic clock alone.

use std::collections::BTreeMap;
use std::time::Duration;

use model::id::NodeId;
pub use model::link::{HEARTBEAT, HEARTBEAT_MAX, LEASE};
use model::node::Liveness;
use model::version::Epoch;

use crate::clock::Instant;
use crate::world::World;

/// How late a node's word is overdue where there are few of them.
pub const LATE: Duration = Duration::from_secs(8);
/// Heartbeats that a server takes in one second: with more nodes, each beats more slowly, so that the load stays.
const HEARTBEATS_A_SECOND: u32 = 200;

/// How often each node is to be heard. Those that are registered count, not those that are connected: after a restart
/// of the server they still keep the slower beat.
pub fn heartbeat(world: &World) -> Duration {
    let nodes = u32::try_from(world.nodes.len()).unwrap_or(u32::MAX);
    (Duration::from_secs(1) * nodes / HEARTBEATS_A_SECOND).clamp(HEARTBEAT, HEARTBEAT_MAX)
}

fn late(world: &World) -> Duration {
    heartbeat(world) + (LATE - HEARTBEAT)
}

/// How long a node may be silent: the time of three heartbeats.
pub fn lease(world: &World) -> Duration {
    heartbeat(world) * 3
}

/// A node that this process has not heard yet gets a full lease from the start of the process, so that a
/// restart of the server alone never shows a node as away.
pub fn liveness(world: &World, node: NodeId, now: Instant) -> Liveness {
    let Some(standing) = standing(world, node) else {
        return Liveness::Never;
    };
    let silent = now.since(standing.heard);
    if silent >= lease(world) {
        Liveness::Offline
    } else if silent >= late(world) || !standing.connected {
        Liveness::Late
    } else {
        Liveness::Online
    }
}

/// The liveness of each node.
pub fn liveness_of_all(world: &World, now: Instant) -> BTreeMap<NodeId, Liveness> {
    world.nodes.keys().map(|node| (*node, liveness(world, *node, now))).collect()
}

/// When the liveness of a node changes if nothing is heard until then.
pub fn next_transition(world: &World, node: NodeId, now: Instant) -> Option<Instant> {
    let heard = standing(world, node)?.heard;
    match liveness(world, node, now) {
        Liveness::Online => Some(Instant(heard.0 + late(world))),
        Liveness::Late => Some(Instant(heard.0 + lease(world))),
        Liveness::Offline | Liveness::Never => None,
    }
}

/// Whether the node is there as far as anyone can tell.
pub const fn is_present(liveness: Liveness) -> bool {
    match liveness {
        Liveness::Online | Liveness::Late => true,
        Liveness::Never | Liveness::Offline => false,
    }
}

struct LastSign {
    heard: Instant,
    connected: bool,
}

fn standing(world: &World, node: NodeId) -> Option<LastSign> {
    if let Some(pulse) = world.telemetry.of(node) {
        return Some(LastSign { heard: pulse.last_heard, connected: world.is_connected(node) });
    }
    let seen_before = world.nodes.get(&node).is_some_and(|row| row.epoch > Epoch::default());
    seen_before.then_some(LastSign { heard: world.started, connected: false })
}
