//! What a look tells of the first process of a container.

use model::observed::Init;

/// What is seen of the first process of a container that runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum First {
    /// It waits for the node, and the cgroups of its instance are as said.
    Waits(Cgroups),
    /// It gave way to this init, or never was another.
    Runs(Init),
    /// The node does not see the engine's processes, and does not know whether it let this one go.
    Unseen,
}

impl First {
    pub const fn init(self) -> Option<Init> {
        match self {
            Self::Runs(init) => Some(init),
            Self::Waits(_) | Self::Unseen => None,
        }
    }
}

/// The hierarchy in which systemd keeps its units, as the instance has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cgroups {
    /// As the engine makes it.
    ReadOnly,
    Writable,
}
