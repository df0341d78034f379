//! Frame ⇄ message.

use model::plain::plain;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::limits::{MAX_FRAME, MAX_INSTANCES, text};
use crate::message::{ToNode, ToServer};

/// Why a frame is not a message. The connection that it came on is closed, unless the frame is only of a type that is
/// not known here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadFrame {
    #[error("a frame of {0} bytes is over the limit of {MAX_FRAME}")]
    TooLong(usize),
    #[error("the frame is not a message of this protocol: {0}")]
    Unreadable(String),
    #[error("{0} instances in one message are over the limit of {MAX_INSTANCES}")]
    TooMany(usize),
    /// A later program sent it. Its type is plain text.
    #[error("there is no message of the type {0}")]
    Unknown(String),
}

impl BadFrame {
    /// What the parser says may repeat what the other end wrote.
    #[expect(clippy::needless_pass_by_value, reason = "it stands where an error is mapped")]
    pub(crate) fn unreadable(error: serde_json::Error) -> Self {
        Self::Unreadable(plain(&error.to_string(), text::CLAUSE))
    }
}

/// A message that knows its type and how many instances it carries.
pub trait Message: Serialize + DeserializeOwned {
    /// Each that there is. A frame of one of these that does not read is refused; one of another type is ignored.
    const TYPES: &'static [&'static str];

    fn kind(&self) -> &'static str;

    fn instances(&self) -> usize;
}

impl Message for ToServer {
    const TYPES: &'static [&'static str] = &["hello", "heartbeat", "report"];

    fn kind(&self) -> &'static str {
        match self {
            Self::Hello(_) => "hello",
            Self::Heartbeat { .. } => "heartbeat",
            Self::Report(_) => "report",
        }
    }

    fn instances(&self) -> usize {
        match self {
            Self::Hello(_) | Self::Heartbeat { .. } => 0,
            Self::Report(report) => report.instances.len().max(report.strangers.len()),
        }
    }
}

impl Message for ToNode {
    const TYPES: &'static [&'static str] = &["welcome", "assign", "heard", "dial", "refused"];

    fn kind(&self) -> &'static str {
        match self {
            Self::Welcome { .. } => "welcome",
            Self::Assign { .. } => "assign",
            Self::Heard { .. } => "heard",
            Self::Dial { .. } => "dial",
            Self::Refused { .. } => "refused",
        }
    }

    fn instances(&self) -> usize {
        match self {
            Self::Welcome { assignment, .. } | Self::Assign { assignment, .. } => assignment.instances.len(),
            Self::Heard { .. } | Self::Dial { .. } | Self::Refused { .. } => 0,
        }
    }
}

pub fn decode<M: Message>(frame: &str) -> Result<M, BadFrame> {
    if frame.len() > MAX_FRAME {
        return Err(BadFrame::TooLong(frame.len()));
    }
    let message: M = serde_json::from_str(frame).map_err(|error| unread::<M>(frame, error))?;
    within_limit(message)
}

/// Whether a frame that is no message is one of a later program.
fn unread<M: Message>(frame: &str, error: serde_json::Error) -> BadFrame {
    #[derive(Deserialize)]
    struct Typed {
        r#type: String,
    }
    match serde_json::from_str(frame) {
        Ok(Typed { r#type }) if !M::TYPES.contains(&r#type.as_str()) => BadFrame::Unknown(plain(&r#type, text::WORD)),
        Ok(_) | Err(_) => BadFrame::unreadable(error),
    }
}

pub fn encode<M: Message>(message: &M) -> Result<String, BadFrame> {
    if message.instances() > MAX_INSTANCES {
        return Err(BadFrame::TooMany(message.instances()));
    }
    let frame = serde_json::to_string(message).map_err(BadFrame::unreadable)?;
    if frame.len() > MAX_FRAME { Err(BadFrame::TooLong(frame.len())) } else { Ok(frame) }
}

fn within_limit<M: Message>(message: M) -> Result<M, BadFrame> {
    match message.instances() {
        count if count > MAX_INSTANCES => Err(BadFrame::TooMany(count)),
        _ => Ok(message),
    }
}
