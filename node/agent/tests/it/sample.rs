//! Ordinary values to begin from.

use std::sync::Arc;

use agent::facts::{ContainerView, Labels, container_name};
use model::assignment::{AssignedInstance, Assignment};
use model::id::{ClusterId, InstanceId, NodeId};
use model::image::ImageRef;
use model::instance::{DesiredState, Limits};
use model::observed::{ContainerFacts, ContainerState, InstanceReport, Observed};
use model::port::PortBlock;
use model::version::{Era, Generation, Incarnation, Restarts};

pub(crate) fn cluster() -> ClusterId {
    ClusterId::from_bits(0xc)
}

pub(crate) fn node() -> NodeId {
    NodeId::from_bits(0xd)
}

pub(crate) fn instance(bits: u64) -> AssignedInstance {
    AssignedInstance {
        id: InstanceId::from_bits(bits),
        name: format!("web-{bits}").parse().unwrap(),
        owner: model::id::PersonId::from_bits(1),
        generation: Generation(1),
        incarnation: Incarnation(1),
        may_create: true,
        desired: DesiredState::Running,
        wished_at: Some(model::Timestamp::UNIX_EPOCH),
        restarts: Restarts(0),
        image: ImageRef::default(),
        limits: Limits::default(),
        host_ports: PortBlock::starting_at(1024),
        ports: Vec::new(),
        datagram_ports: Vec::new(),
        closed: Vec::new(),
        forwards: Vec::new(),
        host_key: Arc::default(),
        authorized_keys: vec!["ssh-ed25519 AAAA ada".to_owned()],
        rest: None,
    }
}

pub(crate) fn assignment(generation: u64, instances: Vec<AssignedInstance>) -> Assignment {
    Assignment {
        cluster: cluster(),
        node: node(),
        era: Era(1),
        generation: Generation(generation),
        instances,
        kept: Vec::new(),
    }
}

/// The container that a create makes for it.
pub(crate) fn container(assigned: &AssignedInstance, state: ContainerState) -> ContainerView {
    ContainerView {
        name: container_name(assigned.id, assigned.incarnation),
        container_id: "4f".to_owned(),
        labels: Some(Labels::of(assigned, cluster())),
        state,
        started_at: None,
        paused: false,
        first: None,
        own_end: None,
    }
}

/// What the engine says of its container.
pub(crate) fn facts(incarnation: Incarnation, state: ContainerState) -> ContainerFacts {
    let container_id = "4f".to_owned();
    ContainerFacts { container_id, incarnation, state, started_at: None, paused: false, init: None, own_end: None }
}

pub(crate) fn report(assigned: &AssignedInstance, observed: Observed) -> InstanceReport {
    InstanceReport {
        instance: assigned.id,
        generation: assigned.generation,
        observed,
        activity: None,
        problem: None,
        unopened: Vec::new(),
        closed: None,
    }
}
