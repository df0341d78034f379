//! The row of an instance.

use std::sync::Arc;

use model::Timestamp;
use model::forward::Unopened;
use model::host_key::HostKey;
use model::id::{InstanceId, NodeId, PersonId};
use model::instance::{DesiredState, InstanceSpec};
use model::observed::{Activity, Observed, Problem};
use model::port::{ContainerPort, PortBlock};
use model::version::{Generation, Incarnation, Restarts};

#[derive(Debug, Clone, PartialEq)]
pub struct Instance {
    pub id: InstanceId,
    pub owner: PersonId,
    pub spec: InstanceSpec,
    pub node: NodeId,
    pub host_ports: PortBlock,
    /// Blocks on which the node found a foreign program; not tried again for this instance.
    pub clashed: Vec<PortBlock>,
    pub desired: DesiredState,
    /// Grows with every change of what is wished.
    pub generation: Generation,
    pub wished_at: Timestamp,
    pub incarnation: Incarnation,
    pub restarts: Restarts,
    pub host_key: Arc<HostKey>,
    /// A container of this incarnation was seen, so a missing one is lost and not yet to be made.
    pub was_present: bool,
    pub created_at: Timestamp,
    pub report: LastReport,
}

/// What the node last said of an instance.
#[derive(Debug, Clone, PartialEq)]
pub struct LastReport {
    pub observed: Observed,
    /// The generation of the wish that the node was acting on.
    pub generation: Generation,
    pub activity: Option<Activity>,
    pub problem: Option<Problem>,
    /// The forwards of that wish that the node could not open.
    pub unopened: Vec<Unopened>,
    /// On whose host ports of the block nothing listened; `None` of a node that cannot close any.
    pub closed: Option<Vec<ContainerPort>>,
    /// How many of the restarts that were asked for stood in that wish.
    pub restarts: Restarts,
    /// Since when the node has said so: when this server first heard it.
    pub at: Timestamp,
}
