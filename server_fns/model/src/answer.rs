//! What a command came to.

use serde::{Deserialize, Serialize};

use crate::id::{InstanceId, InviteId, NodeId, PersonId, SessionId, SshKeyId, TokenId};
use crate::name::NodeName;

/// What was made or found; [`Answer::Done`] where there is nothing to name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    Done,
    Person(PersonId),
    Session(SessionId),
    Invite(InviteId),
    SshKey(SshKeyId),
    Token(TokenId),
    Node(NodeId),
    NodeName(NodeName),
    Instance(InstanceId),
}
