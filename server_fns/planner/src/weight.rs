//! How much of the assignment of a node an instance takes. All of it is one message, so a node is given no more than fits:
//! otherwise the keys and ports of one person's instances could cut off everybody's.

use model::id::NodeId;
use model::instance::InstanceSpec;
use model::refusal::{Refusal, RefusalCode};

use crate::limits::ASSIGNMENT_BYTES;
use crate::world::{Instance, World};

/// Of one without keys, ports and forwards: names, numbers, host key with certificate, the line of the gateway.
const PLAIN: usize = 1_536;
/// Of a key beside its text: its comment, and how it stands in a message.
const KEY: usize = 120;
const PORT: usize = 80;
const FORWARD: usize = 220;
const NETWORK: usize = 48;

/// About how many bytes of a message it takes, and never fewer.
pub fn weight(world: &World, spec: &InstanceSpec) -> usize {
    let keys = spec.ssh_keys.iter().filter_map(|id| world.ssh_keys.get(id)).map(|key| key.public_key.len() + KEY);
    let forwards = spec.forwards.iter().map(|forward| FORWARD + NETWORK * forward.allow.len());
    PLAIN + PORT * spec.ports.len() + keys.sum::<usize>() + forwards.sum::<usize>()
}

/// Whether that node's assignment has room for so many bytes more.
pub(crate) fn has_room(world: &World, node: NodeId, more: usize) -> bool {
    let taken: usize = world.node_instances(node).map(|instance| weight(world, &instance.spec)).sum();
    taken + more <= ASSIGNMENT_BYTES
}

/// Whether an instance may become one of that kind where it is.
pub(crate) fn check(world: &World, instance: &Instance, new: &InstanceSpec) -> Result<(), Refusal> {
    let more = weight(world, new).saturating_sub(weight(world, &instance.spec));
    if more == 0 || has_room(world, instance.node, more) {
        return Ok(());
    }
    let message = "The instances of its node have so many SSH keys, ports and host ports together that the node can be told \
                   of no more. Close or withdraw one first.";
    Err(Refusal::new(RefusalCode::NoCapacity, message))
}
