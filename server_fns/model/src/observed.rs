//! What a node saw. Unknown is not absent, and neither is failed.

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::forward::Unopened;
use crate::id::InstanceId;
use crate::port::ContainerPort;
use crate::version::{Generation, Incarnation};

/// The last that is known of the container of one instance. Written only from a node's reports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "seen", rename_all = "snake_case")]
pub enum Observed {
    /// The engine was asked for this very container and answered that there is none.
    Absent,
    /// Nobody could look, or nobody has looked yet.
    Unknown {
        since: Timestamp,
    },
    Present(ContainerFacts),
}

/// What the engine says of a container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContainerFacts {
    pub container_id: String,
    pub incarnation: Incarnation,
    pub state: ContainerState,
    pub started_at: Option<Timestamp>,
    /// It runs, and its programs stand still: somebody paused it with the engine's own command. Nodes of before do not
    /// say.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub paused: bool,
    /// The first process of what runs; `None` while nothing runs, and from nodes of before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub init: Option<Init>,
    /// How its own programs ended it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own_end: Option<OwnEnd>,
}

/// What runs in an instance as its first process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Init {
    Systemd,
    /// Of the image: where the node cannot give an instance what systemd needs.
    Small,
    /// No init: sshd alone, as in containers from before there were others.
    Sshd,
}

/// What a person inside asked for: `poweroff` and `reboot` in all their forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OwnEnd {
    PowerOff,
    Reboot,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum ContainerState {
    /// Made, never started.
    Created,
    Running,
    Exited {
        code: i64,
        out_of_memory: bool,
    },
    /// The engine could not finish removing it.
    Dead,
}

impl ContainerState {
    pub const fn is_running(self) -> bool {
        matches!(self, Self::Running)
    }
}

/// What a node says of one instance that is assigned to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstanceReport {
    pub instance: InstanceId,
    /// The generation of the wish that the node was acting on when it looked.
    pub generation: Generation,
    pub observed: Observed,
    pub activity: Option<Activity>,
    pub problem: Option<Problem>,
    /// The forwards of that wish that the node could not open.
    #[serde(default)]
    pub unopened: Vec<Unopened>,
    /// On whose host ports of the block nothing listens now; `None` from a node that cannot close any.
    #[serde(default)]
    pub closed: Option<Vec<ContainerPort>>,
}

/// What the node is doing for an instance right now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "doing", rename_all = "snake_case")]
pub enum Activity {
    BuildingImage {
        step: u32,
        of: u32,
    },
    PullingBase {
        percent: Option<u8>,
    },
    Creating,
    Starting,
    Stopping,
    Removing,
    /// The instance ended by itself and is started again after a pause.
    RestartingSoon {
        after_ms: u64,
    },
}

/// Why a node cannot do what is wished.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Problem {
    pub code: ProblemCode,
    /// One sentence for the owner of the instance: what failed, why, what to do.
    pub message: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ProblemCode {
    /// The engine does not answer.
    EngineAway,
    /// The image can be neither found nor built.
    ImageUnavailable,
    /// Another program listens on a host port of the block.
    PortsTaken,
    /// A container has the name but not the labels that would make it ours.
    ForeignContainer,
    /// The container was there and is not any more, and nobody asked for that.
    Lost,
    /// The engine refused to make or start the container.
    Refused,
    /// The node's own disk refused.
    NodeStorage,
}
