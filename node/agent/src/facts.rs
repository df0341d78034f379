//! What the engine says of one container, and the labels by which it is known again.

use std::collections::HashMap;
use std::fmt::Display;

use model::Timestamp;
use model::assignment::AssignedInstance;
use model::id::{ClusterId, InstanceId, NodeId};
use model::instance::Limits;
use model::observed::{ContainerState, OwnEnd};
use model::port::PortBlock;
use model::stranger::{Object, Row};
use model::version::Incarnation;

use crate::first::First;

pub const LABEL_CLUSTER: &str = "dockhost.cluster";
/// The object. It is called so because an object was one instance for its whole life, before its folder had a file.
pub const LABEL_OBJECT: &str = "dockhost.instance";
pub const LABEL_INCARNATION: &str = "dockhost.incarnation";

/// Its first process waits for the node; see [`crate::handshake`]. A container from before there was a handshake does not
/// have it.
pub const LABEL_HANDSHAKE: &str = "dockhost.handshake";

/// A node from before there were files calls a container without these two nobody's.
const LABEL_NODE: &str = "dockhost.node";
const LABEL_SPEC_HASH: &str = "dockhost.spec-hash";

/// A container from before there were files carries a part of its row.
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
    /// `None` while it does not run.
    pub first: Option<First>,
    /// How its own programs ended it, of one that ended.
    pub own_end: Option<OwnEnd>,
}

/// What a container of ours carries, so that it is recognised when everything else was lost. Docker cannot change the labels
/// of a container that exists, so they hold nothing that may change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labels {
    pub cluster: ClusterId,
    pub object: InstanceId,
    pub incarnation: Incarnation,
    /// Of a container from before there were files, if all of it is there and readable.
    pub row: Option<Box<Row>>,
}

impl Labels {
    pub const fn of(assigned: &AssignedInstance, cluster: ClusterId) -> Self {
        Self { cluster, object: assigned.id, incarnation: assigned.incarnation, row: None }
    }

    pub const fn object(&self) -> Object {
        Object { id: self.object, incarnation: self.incarnation }
    }

    /// Reads them back; `None` when one is missing or unreadable.
    pub fn parse(map: &HashMap<String, String>) -> Option<Self> {
        Some(Self {
            cluster: map.get(LABEL_CLUSTER)?.parse().ok()?,
            object: map.get(LABEL_OBJECT)?.parse().ok()?,
            incarnation: Incarnation(map.get(LABEL_INCARNATION)?.parse().ok()?),
            row: parse_row(map).map(Box::new),
        })
    }

    /// As a new container on that node gets them.
    pub fn to_map(&self, node: NodeId) -> HashMap<String, String> {
        let mut map = HashMap::new();
        let mut put = |label: &str, value: &dyn Display| drop(map.insert(label.to_owned(), value.to_string()));
        put(LABEL_CLUSTER, &self.cluster);
        put(LABEL_OBJECT, &self.object);
        put(LABEL_INCARNATION, &self.incarnation);
        put(LABEL_NODE, &node);
        put(LABEL_SPEC_HASH, &"-");
        put(LABEL_HANDSHAKE, &1);
        map
    }
}

fn parse_row(map: &HashMap<String, String>) -> Option<Row> {
    let (cpu_millis, memory_bytes) = (map.get(LABEL_CPU_MILLIS), map.get(LABEL_MEMORY_BYTES));
    Some(Row {
        owner: map.get(LABEL_OWNER)?.parse().ok()?,
        name: map.get(LABEL_NAME)?.parse().ok()?,
        image: map.get(LABEL_IMAGE)?.parse().ok()?,
        limits: Limits {
            cpu_millis: cpu_millis.map(|millis| millis.parse()).transpose().ok()?,
            memory_bytes: memory_bytes.map(|bytes| bytes.parse()).transpose().ok()?,
        },
        host_ports: PortBlock::starting_at(map.get(LABEL_FIRST_HOST_PORT)?.parse().ok()?),
        host_key: map.get(LABEL_HOST_KEY).cloned().unwrap_or_default(),
        doors: None,
        rest: None,
    })
}

/// The name is the idempotency key of a create: the engine gives a name to one container only.
pub fn container_name(object: InstanceId, incarnation: Incarnation) -> String {
    format!("dockhost-{object}-{incarnation}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::id::PersonId;
    use model::image::ImageRef;

    fn labels() -> Labels {
        Labels {
            cluster: ClusterId::from_bits(1),
            object: InstanceId::from_bits(3),
            incarnation: Incarnation(4),
            row: None,
        }
    }

    /// As containers carry them that were made before there were files.
    fn before() -> (HashMap<String, String>, Row) {
        let row = Row {
            owner: PersonId::from_bits(6),
            name: "web".parse().unwrap(),
            image: ImageRef::default(),
            limits: Limits { cpu_millis: Some(500), memory_bytes: None },
            host_ports: PortBlock::starting_at(1024),
            host_key: "ssh-ed25519 AAAA".to_owned(),
            doors: None,
            rest: None,
        };
        let mut map = labels().to_map(NodeId::from_bits(2));
        let told = [
            (LABEL_SPEC_HASH, "0000000000000005"),
            (LABEL_OWNER, "p-0000000000000006"),
            (LABEL_NAME, "web"),
            (LABEL_IMAGE, "ubuntu-24.04"),
            (LABEL_FIRST_HOST_PORT, "1024"),
            (LABEL_HOST_KEY, "ssh-ed25519 AAAA"),
            (LABEL_CPU_MILLIS, "500"),
        ];
        map.extend(told.map(|(label, value)| (label.to_owned(), value.to_owned())));
        (map, row)
    }

    #[test]
    fn labels_survive_the_engine_and_hold_nothing_that_may_change() {
        let map = labels().to_map(NodeId::from_bits(2));
        assert_eq!(Labels::parse(&map), Some(labels()));
        let mut names: Vec<&str> = map.keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(
            names,
            [
                "dockhost.cluster",
                "dockhost.handshake",
                "dockhost.incarnation",
                "dockhost.instance",
                "dockhost.node",
                "dockhost.spec-hash"
            ]
        );
    }

    #[test]
    fn a_missing_or_broken_label_makes_it_nobodys() {
        for label in [LABEL_CLUSTER, LABEL_OBJECT, LABEL_INCARNATION] {
            let mut map = before().0;
            map.remove(label);
            assert_eq!(Labels::parse(&map), None, "without {label}");
        }
        let mut map = before().0;
        map.insert(LABEL_INCARNATION.to_owned(), "four".to_owned());
        assert_eq!(Labels::parse(&map), None);
    }

    #[test]
    fn the_labels_of_before_tell_a_row_or_none() {
        let (map, row) = before();
        assert_eq!(Labels::parse(&map), Some(Labels { row: Some(Box::new(row)), ..labels() }));
        for label in [LABEL_OWNER, LABEL_NAME, LABEL_IMAGE, LABEL_FIRST_HOST_PORT] {
            let mut map = map.clone();
            map.remove(label);
            assert_eq!(Labels::parse(&map), Some(labels()), "without {label} it is still ours");
        }
        let mut map = map;
        map.insert(LABEL_CPU_MILLIS.to_owned(), "half".to_owned());
        assert_eq!(Labels::parse(&map).unwrap().row, None);
    }

    #[test]
    fn names_tell_object_and_incarnation() {
        assert_eq!(container_name(InstanceId::from_bits(10), Incarnation(2)), "dockhost-i-000000000000000a-2");
    }
}
