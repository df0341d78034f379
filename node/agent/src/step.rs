//! What a node sees of one instance, and what it can do for it.

use model::observed::Init;

use crate::facts::ContainerView;

/// What a look at the engine told of the container of one instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// The engine did not answer.
    Unknown,
    /// The engine was asked for this very container and has none of that name.
    Absent,
    Ours(ContainerView),
    /// A container of that name without the labels that would make it ours.
    Foreign(String),
}

/// One thing that a node can do for an instance. Each may be repeated without harm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// Keys and host keys, into the folder that the container mounts.
    WriteFiles,
    /// What its row says, into the file in that folder. One that cannot be written keeps nothing waiting but a create.
    WriteRow,
    /// Listen on the block, apart from what is closed of it. Without a route every connection is closed at once.
    OpenPorts,
    /// Close and open host ports of the block as is assigned. The numbers stay held.
    SetDoors,
    /// Listen on the forwards that are assigned, as far as that goes, and on no others.
    SetForwards,
    /// The block's and the forwards'.
    ClosePorts,
    /// Find or build the image.
    EnsureImage,
    Create,
    Start,
    /// Give the instance its own part of the hierarchy in which systemd keeps its units.
    OpenCgroups,
    /// Let the first process give way to this init.
    LetGo(Init),
    Stop,
    Remove,
    /// Lead the open ports to the address of the running container.
    Route,
    /// Lead the open ports nowhere.
    Unroute,
    DropFiles,
}

impl Step {
    /// Whether it leaves the container as it was, so that no new look is needed after it.
    pub const fn leaves_container(self) -> bool {
        match self {
            Self::WriteFiles
            | Self::WriteRow
            | Self::OpenPorts
            | Self::SetDoors
            | Self::SetForwards
            | Self::ClosePorts
            | Self::EnsureImage
            | Self::Route
            | Self::Unroute
            | Self::DropFiles => true,
            Self::Create | Self::Start | Self::OpenCgroups | Self::LetGo(_) | Self::Stop | Self::Remove => false,
        }
    }
}
