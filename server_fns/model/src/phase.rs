//! One word for people, computed from wish, fact and the node's liveness, and never stored.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Wished, and its node has not begun.
    Pending,
    Creating,
    Running,
    /// It runs, and somebody paused its container on its node, so that its programs stand still.
    Paused,
    Stopping,
    Stopped,
    Restarting,
    Rebuilding,
    Deleting,
    Error,
    /// Its node is away; what was last known may still be so.
    Unknown,
    /// Its container vanished without anybody asking for that.
    Lost,
}

impl Phase {
    pub const ALL: [Self; 12] = [
        Self::Pending,
        Self::Creating,
        Self::Running,
        Self::Paused,
        Self::Stopping,
        Self::Stopped,
        Self::Restarting,
        Self::Rebuilding,
        Self::Deleting,
        Self::Error,
        Self::Unknown,
        Self::Lost,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Creating => "creating",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Stopping => "stopping",
            Self::Stopped => "stopped",
            Self::Restarting => "restarting",
            Self::Rebuilding => "rebuilding",
            Self::Deleting => "deleting",
            Self::Error => "error",
            Self::Unknown => "unknown",
            Self::Lost => "lost",
        }
    }

    /// May its owner ask for it to run? One that ended by itself starts at once then, and waits for no pause.
    pub const fn can_start(self) -> bool {
        match self {
            Self::Stopped | Self::Stopping | Self::Restarting | Self::Error => true,
            Self::Pending
            | Self::Creating
            | Self::Running
            | Self::Paused
            | Self::Rebuilding
            | Self::Deleting
            | Self::Unknown
            | Self::Lost => false,
        }
    }

    /// May its owner ask for it to stop? While the node is away the wish waits for its return.
    pub const fn can_stop(self) -> bool {
        match self {
            Self::Pending
            | Self::Creating
            | Self::Running
            | Self::Paused
            | Self::Restarting
            | Self::Error
            | Self::Unknown => true,
            Self::Stopping | Self::Stopped | Self::Rebuilding | Self::Deleting | Self::Lost => false,
        }
    }

    pub const fn can_restart(self) -> bool {
        match self {
            Self::Running | Self::Paused => true,
            Self::Pending
            | Self::Creating
            | Self::Stopping
            | Self::Stopped
            | Self::Restarting
            | Self::Rebuilding
            | Self::Deleting
            | Self::Error
            | Self::Unknown
            | Self::Lost => false,
        }
    }

    pub const fn can_delete(self) -> bool {
        !matches!(self, Self::Deleting)
    }

    /// May a deletion be taken as done although its node has not confirmed it? Only where the node is away or late; see the
    /// planner.
    pub const fn can_forget(self) -> bool {
        matches!(self, Self::Deleting)
    }

    /// Something is under way and will end by itself.
    pub const fn is_busy(self) -> bool {
        match self {
            Self::Pending | Self::Creating | Self::Stopping | Self::Restarting | Self::Rebuilding | Self::Deleting => {
                true
            }
            Self::Running | Self::Paused | Self::Stopped | Self::Error | Self::Unknown | Self::Lost => false,
        }
    }
}

impl std::fmt::Display for Phase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
