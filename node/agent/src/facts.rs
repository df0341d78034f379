//! What the engine says of one container, and the labels by which it is known again.

use std::collections::HashMap;

use model::Timestamp;
use model::assignment::AssignedInstance;
use model::id::{ClusterId, InstanceId, NodeId};
use model::instance::Limits;
use model::observed::ContainerState;
use model::version::Incarnation;

pub const LABEL_CLUSTER: &str = "dockhost.cluster";
pub const LABEL_NODE: &str = "dockhost.node";
pub const LABEL_INSTANCE: &str = "dockhost.instance";
pub const LABEL_INCARNATION: &str = "dockhost.incarnation";
pub const LABEL_SPEC_HASH: &str = "dockhost.spec-hash";

/// What the row of an instance says, so that rows can be made again from containers alone.
pub fn row_labels(assigned: &AssignedInstance) -> HashMap<String, String> {
    let Limits { cpu_millis, memory_bytes } = assigned.limits;
    let sure = [
        ("dockhost.name", assigned.name.to_string()),
        ("dockhost.owner", assigned.owner.to_string()),
        ("dockhost.image", assigned.image.to_string()),
        ("dockhost.first-host-port", assigned.host_ports.first.0.to_string()),
    ];
    let limits = [
        cpu_millis.map(|millis| ("dockhost.cpu-millis", millis.to_string())),
        memory_bytes.map(|bytes| ("dockhost.memory-bytes", bytes.to_string())),
    ];
    sure.into_iter().chain(limits.into_iter().flatten()).map(|(label, value)| (label.to_owned(), value)).collect()
}

/// One container, as a listing or an inspection told it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerView {
    /// Without the leading slash that the engine puts before it.
    pub name: String,
    pub container_id: String,
    /// `None` when one of our labels is missing or unreadable: then the container is not ours.
    pub labels: Option<Labels>,
    pub state: ContainerState,
    /// When it was last started; `None` if it never was.
    pub started_at: Option<Timestamp>,
}

/// What a container of ours carries, so that it is recognised when everything else was lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labels {
    pub cluster: ClusterId,
    pub node: NodeId,
    pub instance: InstanceId,
    pub incarnation: Incarnation,
    /// Of what the container was made from; see [`spec_hash`].
    pub spec_hash: String,
}

impl Labels {
    pub fn of(assigned: &AssignedInstance, cluster: ClusterId, node: NodeId) -> Self {
        let (instance, incarnation) = (assigned.id, assigned.incarnation);
        Self { cluster, node, instance, incarnation, spec_hash: spec_hash(assigned) }
    }

    /// Reads them back; `None` when one is missing or unreadable.
    pub fn parse(map: &HashMap<String, String>) -> Option<Self> {
        Some(Self {
            cluster: map.get(LABEL_CLUSTER)?.parse().ok()?,
            node: map.get(LABEL_NODE)?.parse().ok()?,
            instance: map.get(LABEL_INSTANCE)?.parse().ok()?,
            incarnation: Incarnation(map.get(LABEL_INCARNATION)?.parse().ok()?),
            spec_hash: map.get(LABEL_SPEC_HASH)?.clone(),
        })
    }

    pub fn to_map(&self) -> HashMap<String, String> {
        HashMap::from([
            (LABEL_CLUSTER.to_owned(), self.cluster.to_string()),
            (LABEL_NODE.to_owned(), self.node.to_string()),
            (LABEL_INSTANCE.to_owned(), self.instance.to_string()),
            (LABEL_INCARNATION.to_owned(), self.incarnation.to_string()),
            (LABEL_SPEC_HASH.to_owned(), self.spec_hash.clone()),
        ])
    }
}

/// The name is the idempotency key of a create: the engine gives a name to one container only.
pub fn container_name(instance: InstanceId, incarnation: Incarnation) -> String {
    format!("dockhost-{instance}-{incarnation}")
}

/// A fingerprint (FNV-1a, 64 bits) of what cannot change without a new container. It guards against
/// mistakes, not against attackers.
pub fn spec_hash(assigned: &AssignedInstance) -> String {
    let text = format!(
        "{}|{}|{:?}|{:?}",
        assigned.image, assigned.name, assigned.limits.cpu_millis, assigned.limits.memory_bytes
    );
    let hash = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    format!("{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels() -> Labels {
        Labels {
            cluster: ClusterId::from_bits(1),
            node: NodeId::from_bits(2),
            instance: InstanceId::from_bits(3),
            incarnation: Incarnation(4),
            spec_hash: "0000000000000005".to_owned(),
        }
    }

    #[test]
    fn labels_survive_the_engine() {
        assert_eq!(Labels::parse(&labels().to_map()), Some(labels()));
    }

    #[test]
    fn a_missing_or_broken_label_makes_it_nobodys() {
        for label in [LABEL_CLUSTER, LABEL_NODE, LABEL_INSTANCE, LABEL_INCARNATION, LABEL_SPEC_HASH] {
            let mut map = labels().to_map();
            map.remove(label);
            assert_eq!(Labels::parse(&map), None, "without {label}");
        }
        let mut map = labels().to_map();
        map.insert(LABEL_INCARNATION.to_owned(), "four".to_owned());
        assert_eq!(Labels::parse(&map), None);
    }

    #[test]
    fn names_tell_instance_and_incarnation() {
        assert_eq!(container_name(InstanceId::from_bits(10), Incarnation(2)), "dockhost-i-000000000000000a-2");
    }
}
