//! Every message of the channel.

use serde::{Deserialize, Serialize};

use model::assignment::Assignment;
use model::feature::Features;
use model::id::{ClusterId, NodeId};
use model::link::Counted;
use model::node::NodeFacts;
use model::observed::InstanceReport;
use model::stranger::Stranger;
use model::version::{Epoch, Era, Generation};

use crate::versions::{FIRST, Versions};

/// From a node to the server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ToServer {
    /// The first frame of a connection.
    Hello(Hello),
    /// Renews the lease.
    Heartbeat {
        epoch: Epoch,
        facts: NodeFacts,
        /// What the node's system counted on the link; `None` where it does not tell.
        #[serde(default)]
        counted: Option<Counted>,
    },
    Report(Report),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hello {
    /// The lowest that the node speaks. A server from before there were ranges looks at nothing else.
    pub version: u32,
    /// `None` of a node from before there were ranges.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub versions: Option<Versions>,
    #[serde(default, skip_serializing_if = "Features::is_empty")]
    pub features: Features,
    /// Random, made once per data directory: tells one machine that returns from a second one with the same key.
    pub machine: String,
    /// What the ledger holds, if anything.
    pub cluster: Option<ClusterId>,
    pub era: Era,
    pub generation: Generation,
    pub facts: NodeFacts,
}

impl Hello {
    pub fn spoken(&self) -> Versions {
        self.versions.unwrap_or_else(|| Versions::only(self.version))
    }
}

/// What a node sees of the instances that are assigned to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    pub epoch: Epoch,
    /// Grows with every report of one connection; a lower one is dropped.
    pub sequence: u64,
    /// The generation of the assignment that the node has written to its ledger.
    pub assignment: Generation,
    pub instances: Vec<InstanceReport>,
    /// Containers that carry our cluster's label and are not in the assignment. They are left alone.
    #[serde(default)]
    pub strangers: Vec<Stranger>,
}

/// From the server to a node.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ToNode {
    Welcome {
        epoch: Epoch,
        cluster: ClusterId,
        node: NodeId,
        name: String,
        assignment: Assignment,
        /// In which both go on.
        #[serde(default = "first")]
        version: u32,
        /// All that the server speaks; `None` of a server from before there were ranges.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        versions: Option<Versions>,
        #[serde(default, skip_serializing_if = "Features::is_empty")]
        features: Features,
    },
    Assign {
        epoch: Epoch,
        assignment: Assignment,
    },
    /// Answers each heartbeat, so that a node notices a link that is open on its end only.
    Heard {
        epoch: Epoch,
        /// How often the server wants to hear from each node: the more there are, the less often.
        #[serde(default)]
        heartbeat_ms: u64,
    },
    /// More data sockets are needed than the node keeps ready: it dials that many besides.
    Dial {
        epoch: Epoch,
        sockets: u16,
    },
    /// The connection ends; the message is for the node's operator.
    Refused {
        reason: RefusedReason,
        message: String,
    },
}

const fn first() -> u32 {
    FIRST
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusedReason {
    /// There is no version that both ends speak.
    Version,
    /// The node belongs to another installation of DockHost.
    Cluster,
    /// The server's data are older than what the node was told.
    Older,
    /// Another machine is connected with the same key.
    SecondMachine,
    /// The key was rotated, the node removed or its owner suspended while it was connected.
    Revoked,
    /// A frame could not be understood, or came before it was due.
    Protocol,
    /// Of a later server. Its message says all that can be known here.
    #[serde(other)]
    Unknown,
}

impl RefusedReason {
    /// Whether dialling again with the same settings can succeed without anybody's doing.
    pub const fn may_pass(self) -> bool {
        match self {
            Self::Protocol | Self::SecondMachine | Self::Older => true,
            Self::Version | Self::Cluster | Self::Revoked | Self::Unknown => false,
        }
    }
}
