//! What happened, as data: the lines of the activity log. Sentences are made of them where they are shown.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::id::{ClusterId, EventId, InstanceId, NodeId, PersonId};
use crate::name::{InstanceName, NodeName, Username};
use crate::version::{Era, EventNumber};

mod kind;
mod read;
mod seen;
mod topic;

pub use kind::{Entrance, EventKind, ForwardLine, Movement};
pub use seen::{Beside, EventPage, EventView};
pub use topic::Topic;

/// One line of the log. Nothing of it changes with what it speaks of: it stays as it is when that is gone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Its place in the log. Later lines have higher numbers.
    pub number: EventNumber,
    pub at: Timestamp,
    #[serde(flatten)]
    pub happening: Happening,
}

/// What happened, before it has its place in the log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Happening {
    pub cause: Cause,
    pub subject: Subject,
    /// Whose the subject was; of nobody, such as the installation and its own nodes, only administrators are told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<PersonId>,
    /// The node that the subject is, or is on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<NodeId>,
    #[serde(flatten)]
    pub kind: EventKind,
}

/// Who or what brought it about, and how they came in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Cause {
    #[serde(flatten)]
    pub who: Who,
    #[serde(skip_serializing_if = "Way::is_none")]
    pub way: Way,
    /// From where, as an address of the network. Only who it was and administrators are shown it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "who", rename_all = "snake_case")]
pub enum Who {
    Person {
        id: PersonId,
        name: Username,
    },
    Node {
        id: NodeId,
        name: NodeName,
    },
    /// Whoever holds the server's own computer.
    Operator,
    /// The server itself.
    Dockhost,
    /// Nobody in particular, such as somebody with a wrong password.
    Stranger,
    /// As a line of before the log was typed names them.
    Called {
        name: String,
    },
}

/// By what somebody proved who they are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Way {
    Session,
    Token,
    Ssh,
    Console,
    #[default]
    None,
}

/// What it happened to, as it was called then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Subject {
    Instance { id: InstanceId, name: InstanceName },
    Node { id: NodeId, name: NodeName },
    Account { id: PersonId, name: Username },
    Installation,
}

/// A line of an instance's timeline, as scripts read it since 0.1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InstanceEvent {
    pub id: EventId,
    pub instance: InstanceId,
    pub at: Timestamp,
    /// Who or what caused it: a username, a node's name, or `DockHost`.
    pub actor: String,
    pub text: String,
}

/// A place in the log of one installation, between two restores of its database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(into = "String", try_from = "String")]
pub struct Cursor {
    pub cluster: ClusterId,
    pub era: Era,
    pub number: EventNumber,
}

/// A text that is no cursor.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a cursor is the text that came with an event, such as c-0123456789abcdef.1.42")]
pub struct BadCursor;

impl Way {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes it so")]
    const fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }
}

impl Who {
    /// As a sentence names them.
    pub fn name(&self) -> &str {
        match self {
            Self::Person { name, .. } => name.as_str(),
            Self::Node { name, .. } => name.as_str(),
            Self::Operator => "The operator",
            Self::Dockhost => "DockHost",
            Self::Stranger => "Somebody",
            Self::Called { name } => name,
        }
    }

    pub const fn person(&self) -> Option<PersonId> {
        match self {
            Self::Person { id, .. } => Some(*id),
            Self::Node { .. } | Self::Operator | Self::Dockhost | Self::Stranger | Self::Called { .. } => None,
        }
    }
}

impl Subject {
    pub fn name(&self) -> &str {
        match self {
            Self::Instance { name, .. } => name.as_str(),
            Self::Node { name, .. } => name.as_str(),
            Self::Account { name, .. } => name.as_str(),
            Self::Installation => "DockHost",
        }
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}.{}", self.cluster, self.era, self.number)
    }
}

impl FromStr for Cursor {
    type Err = BadCursor;

    fn from_str(text: &str) -> Result<Self, BadCursor> {
        let mut parts = text.split('.');
        let mut part = || parts.next().ok_or(BadCursor);
        let (cluster, era, number) = (part()?, part()?, part()?);
        let cursor = Self {
            cluster: cluster.parse().map_err(|_| BadCursor)?,
            era: Era(era.parse().map_err(|_| BadCursor)?),
            number: EventNumber(number.parse().map_err(|_| BadCursor)?),
        };
        // One text for each, so that two spellings never name one place.
        (cursor.to_string() == text).then_some(cursor).ok_or(BadCursor)
    }
}

impl TryFrom<String> for Cursor {
    type Error = BadCursor;

    fn try_from(text: String) -> Result<Self, BadCursor> {
        text.parse()
    }
}

impl From<Cursor> for String {
    fn from(cursor: Cursor) -> Self {
        cursor.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_it_was_written_and_no_other_text_is_one() {
        let cursor = Cursor { cluster: ClusterId::from_bits(7), era: Era(3), number: EventNumber(42) };
        assert_eq!(cursor.to_string(), "c-0000000000000007.3.42");
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        for bad in
            ["", "42", "c-0000000000000007.3", "c-0000000000000007.3.42.1", "c-0000000000000007.03.42", "c-7.3.42"]
        {
            assert_eq!(bad.parse::<Cursor>(), Err(BadCursor), "{bad}");
        }
    }

    #[test]
    fn a_line_is_read_as_it_was_written() {
        let event = Event {
            number: EventNumber(1),
            at: Timestamp::UNIX_EPOCH,
            happening: Happening {
                cause: Cause {
                    who: Who::Person { id: PersonId::from_bits(1), name: "ada".parse().unwrap() },
                    way: Way::Session,
                    address: Some("192.0.2.1".to_owned()),
                },
                subject: Subject::Instance { id: InstanceId::from_bits(2), name: "web".parse().unwrap() },
                owner: Some(PersonId::from_bits(1)),
                node: Some(NodeId::from_bits(3)),
                kind: EventKind::Asked { verb: crate::verb::Verb::Stop },
            },
        };
        let text = serde_json::to_string(&event).unwrap();
        assert_eq!(
            text,
            concat!(
                r#"{"number":1,"at":"1970-01-01T00:00:00Z","cause":{"who":"person","id":"p-0000000000000001","name":"ada","#,
                r#""way":"session","address":"192.0.2.1"},"subject":{"kind":"instance","id":"i-0000000000000002","name":"web"},"#,
                r#""owner":"p-0000000000000001","node":"n-0000000000000003","kind":"asked","details":{"verb":"stop"}}"#
            )
        );
        assert_eq!(serde_json::from_str::<Event>(&text).unwrap(), event);
    }
}
