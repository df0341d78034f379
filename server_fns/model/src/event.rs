//! What happened to an instance, for its timeline.

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::id::{EventId, InstanceId};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstanceEvent {
    pub id: EventId,
    pub instance: InstanceId,
    pub at: Timestamp,
    /// Who or what caused it: a username, a node's name, or `DockHost`.
    pub actor: String,
    pub text: String,
}
