//! What one node should run: always the whole set, never a command.

use std::net::SocketAddr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::forward::Forward;
use crate::host_key::{self, HostKey};
use crate::id::{ClusterId, InstanceId, NodeId, PersonId};
use crate::image::ImageRef;
use crate::instance::{DesiredState, Limits};
use crate::name::InstanceName;
use crate::port::{ContainerPort, PortBlock};
use crate::stranger::{Doors, RestOfRow, Row};
use crate::version::{Era, Generation, Incarnation, Restarts};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    pub cluster: ClusterId,
    pub node: NodeId,
    pub era: Era,
    /// Of the whole set, within the era. A lower one is refused, an equal one must be equal.
    pub generation: Generation,
    /// In the order of their ids, each once.
    pub instances: Vec<AssignedInstance>,
    /// Where the main server listens itself, if that is on the node's own machine. The node leaves it alone, also while
    /// the server is away.
    #[serde(default)]
    pub kept: Vec<SocketAddr>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssignedInstance {
    pub id: InstanceId,
    pub name: InstanceName,
    /// Whose it is; the node does nothing with it but write it into the instance's file.
    pub owner: PersonId,
    pub generation: Generation,
    pub incarnation: Incarnation,
    /// May a container be made if there is none? False once the node has reported it present, so
    /// that one which vanished is reported lost and never made anew and empty.
    pub may_create: bool,
    pub desired: DesiredState,
    /// When that was wished: two wishes to run are told apart by it, whatever else changed. `None` from a server that makes
    /// no wish of what an instance did to itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wished_at: Option<Timestamp>,
    pub restarts: Restarts,
    pub image: ImageRef,
    pub limits: Limits,
    pub host_ports: PortBlock,
    /// To which streams may be opened, besides those of the block.
    pub ports: Vec<ContainerPort>,
    /// To which datagrams may be sent through the tunnel.
    #[serde(default)]
    pub datagram_ports: Vec<ContainerPort>,
    /// Whose host ports of the block let nobody in: they stay the instance's, and nothing listens on them.
    #[serde(default)]
    pub closed: Vec<ContainerPort>,
    /// The node's host ports besides those of the block.
    #[serde(default)]
    pub forwards: Vec<Forward>,
    /// The row's own: a server knows what it sent to each node, and most of that is keys.
    #[serde(with = "host_key::shared")]
    pub host_key: Arc<HostKey>,
    /// Lines for `authorized_keys`: `type base64 comment`, without options.
    pub authorized_keys: Vec<String>,
    /// The node does nothing with it but write it into the instance's file. `None` from a server that does not send it.
    #[serde(default)]
    pub rest: Option<RestOfRow>,
}

impl AssignedInstance {
    /// What its node writes into the instance's file.
    pub fn row(&self) -> Row {
        Row {
            owner: self.owner,
            name: self.name.clone(),
            image: self.image.clone(),
            limits: self.limits,
            host_ports: self.host_ports,
            host_key: self.host_key.public_key.clone(),
            doors: Some(Doors {
                ssh_keys: self.authorized_keys.iter().filter_map(|line| of_person(line)).collect(),
                closed: self.closed.clone(),
                forwards: self.forwards.clone(),
            }),
            rest: self.rest.clone(),
        }
    }
}

/// `type base64` of a line for `authorized_keys`, if it is a person's.
fn of_person(line: &str) -> Option<String> {
    let mut words = line.split_whitespace();
    let (kind, key) = (words.next()?, words.next()?);
    (words.next() != Some(GATEWAY)).then(|| format!("{kind} {key}"))
}

/// Whether a line for `authorized_keys` is the gateway's.
pub fn is_of_gateway(line: &str) -> bool {
    line.split_whitespace().nth(2) == Some(GATEWAY)
}

/// The comment of the line with which the gateway logs in. Those of people have an `@` in it.
pub const GATEWAY: &str = "dockhost-gateway";

impl AssignedInstance {
    /// Whether streams may be opened to this port of it.
    pub fn declares(&self, port: ContainerPort) -> bool {
        ContainerPort::OF_BLOCK.contains(&port) || self.ports.contains(&port)
    }
}
