//! What the engine says of one container, and the labels by which it is known again.

use std::collections::HashMap;
use std::fmt::Display;

use model::Timestamp;
use model::assignment::AssignedInstance;
use model::id::{ClusterId, InstanceId, NodeId};
use model::instance::Limits;
use model::observed::ContainerState;
use model::port::PortBlock;
use model::stranger::RowLabels;
use model::version::Incarnation;

pub const LABEL_CLUSTER: &str = "dockhost.cluster";
pub const LABEL_NODE: &str = "dockhost.node";
pub const LABEL_INSTANCE: &str = "dockhost.instance";
pub const LABEL_INCARNATION: &str = "dockhost.incarnation";
pub const LABEL_SPEC_HASH: &str = "dockhost.spec-hash";
const LABEL_OWNER: &str = "dockhost.owner";
const LABEL_NAME: &str = "dockhost.name";
const LABEL_IMAGE: &str = "dockhost.image";
const LABEL_FIRST_HOST_PORT: &str = "dockhost.first-host-port";
const LABEL_HOST_KEY: &str = "dockhost.host-key";
const LABEL_CPU_MILLIS: &str = "dockhost.cpu-millis";
const LABEL_MEMORY_BYTES: &str = "dockhost.memory-bytes";

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
    /// It runs, and somebody paused it with the engine's own command.
    pub paused: bool,
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
    /// `None` when one of them is missing or unreadable; the container is ours all the same.
    pub row: Option<RowLabels>,
}

impl Labels {
    pub fn of(assigned: &AssignedInstance, cluster: ClusterId, node: NodeId) -> Self {
        let (instance, incarnation) = (assigned.id, assigned.incarnation);
        let row = RowLabels {
            owner: assigned.owner,
            name: assigned.name.clone(),
            image: assigned.image,
            limits: assigned.limits,
            host_ports: assigned.host_ports,
            host_key: assigned.host_key.public_key.clone(),
        };
        Self { cluster, node, instance, incarnation, spec_hash: spec_hash(assigned), row: Some(row) }
    }

    /// Reads them back; `None` when one is missing or unreadable.
    pub fn parse(map: &HashMap<String, String>) -> Option<Self> {
        Some(Self {
            cluster: map.get(LABEL_CLUSTER)?.parse().ok()?,
            node: map.get(LABEL_NODE)?.parse().ok()?,
            instance: map.get(LABEL_INSTANCE)?.parse().ok()?,
            incarnation: Incarnation(map.get(LABEL_INCARNATION)?.parse().ok()?),
            spec_hash: map.get(LABEL_SPEC_HASH)?.clone(),
            row: parse_row(map),
        })
    }

    pub fn to_map(&self) -> HashMap<String, String> {
        let mut map = HashMap::new();
        let mut put = |label: &str, value: &dyn Display| drop(map.insert(label.to_owned(), value.to_string()));
        put(LABEL_CLUSTER, &self.cluster);
        put(LABEL_NODE, &self.node);
        put(LABEL_INSTANCE, &self.instance);
        put(LABEL_INCARNATION, &self.incarnation);
        put(LABEL_SPEC_HASH, &self.spec_hash);
        if let Some(RowLabels { owner, name, image, limits, host_ports, host_key }) = &self.row {
            put(LABEL_OWNER, owner);
            put(LABEL_NAME, name);
            put(LABEL_IMAGE, image);
            put(LABEL_FIRST_HOST_PORT, &host_ports.first.0);
            if !host_key.is_empty() {
                put(LABEL_HOST_KEY, host_key);
            }
            if let Some(millis) = &limits.cpu_millis {
                put(LABEL_CPU_MILLIS, millis);
            }
            if let Some(bytes) = &limits.memory_bytes {
                put(LABEL_MEMORY_BYTES, bytes);
            }
        }
        map
    }
}

fn parse_row(map: &HashMap<String, String>) -> Option<RowLabels> {
    let (cpu_millis, memory_bytes) = (map.get(LABEL_CPU_MILLIS), map.get(LABEL_MEMORY_BYTES));
    Some(RowLabels {
        owner: map.get(LABEL_OWNER)?.parse().ok()?,
        name: map.get(LABEL_NAME)?.parse().ok()?,
        image: map.get(LABEL_IMAGE)?.parse().ok()?,
        limits: Limits {
            cpu_millis: cpu_millis.map(|millis| millis.parse()).transpose().ok()?,
            memory_bytes: memory_bytes.map(|bytes| bytes.parse()).transpose().ok()?,
        },
        host_ports: PortBlock::starting_at(map.get(LABEL_FIRST_HOST_PORT)?.parse().ok()?),
        host_key: map.get(LABEL_HOST_KEY).cloned().unwrap_or_default(),
    })
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
    use model::id::PersonId;
    use model::image::ImageName;

    fn labels() -> Labels {
        Labels {
            cluster: ClusterId::from_bits(1),
            node: NodeId::from_bits(2),
            instance: InstanceId::from_bits(3),
            incarnation: Incarnation(4),
            spec_hash: "0000000000000005".to_owned(),
            row: Some(RowLabels {
                owner: PersonId::from_bits(6),
                name: "web".parse().unwrap(),
                image: ImageName::default(),
                limits: Limits { cpu_millis: Some(500), memory_bytes: None },
                host_ports: PortBlock::starting_at(1024),
                host_key: "ssh-ed25519 AAAA".to_owned(),
            }),
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
    fn without_what_its_row_said_it_is_still_ours() {
        for label in [LABEL_OWNER, LABEL_NAME, LABEL_IMAGE, LABEL_FIRST_HOST_PORT] {
            let mut map = labels().to_map();
            map.remove(label);
            assert_eq!(Labels::parse(&map), Some(Labels { row: None, ..labels() }), "without {label}");
        }
        let mut map = labels().to_map();
        map.insert(LABEL_CPU_MILLIS.to_owned(), "half".to_owned());
        assert_eq!(Labels::parse(&map).unwrap().row, None);
    }

    #[test]
    fn names_tell_instance_and_incarnation() {
        assert_eq!(container_name(InstanceId::from_bits(10), Incarnation(2)), "dockhost-i-000000000000000a-2");
    }
}
