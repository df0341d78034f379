//! A container of this installation that is assigned to nobody.

use serde::{Deserialize, Serialize};

use crate::id::{InstanceId, PersonId};
use crate::image::ImageName;
use crate::instance::Limits;
use crate::name::{InstanceName, NodeName, Username};
use crate::port::PortBlock;
use crate::refusal::Refusal;
use crate::version::Incarnation;

/// What a node says of one. It is left alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stranger {
    /// The name of the container.
    pub container: String,
    pub running: bool,
    /// `None` when its labels do not tell.
    pub origin: Option<Origin>,
}

/// Which instance it was made for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    pub instance: InstanceId,
    pub incarnation: Incarnation,
    pub row: RowLabels,
}

/// What the row of the instance said when the container was made. A container keeps it, so that the row can be made
/// again from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowLabels {
    pub owner: PersonId,
    pub name: InstanceName,
    pub image: ImageName,
    pub limits: Limits,
    pub host_ports: PortBlock,
    /// The public half of its host key, `type base64`; empty if the container was made without one.
    pub host_key: String,
}

/// The field of a refusal that another owner would avoid.
pub const OWNER: &str = "owner";

/// What would be made of one stranger, for a person to decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    pub node: NodeName,
    pub stranger: Stranger,
    /// The instance that it would be, or why it cannot be one.
    pub outcome: Result<Proposed, Refusal>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposed {
    pub owner: Username,
    pub name: InstanceName,
    pub host_ports: PortBlock,
    /// Whose node says so, if it is another person's. Whoever runs a node can write any owner into its labels, so this is
    /// for a person to look at.
    #[serde(default)]
    pub on_word_of: Option<Username>,
}
