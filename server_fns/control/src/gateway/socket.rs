//! One node's socket: whole messages in, whole messages out, nothing that waits for ever.

use axum::extract::ws::{Message, WebSocket};
use protocol::codec::{BadFrame, decode, encode};
use protocol::limits::MAX_FRAME;
use protocol::{RefusedReason, ToNode, ToServer};

use crate::limits;

pub(super) struct Socket(pub(super) WebSocket);

/// The connection is of no more use.
#[derive(Debug, thiserror::Error)]
pub(super) enum Lost {
    #[error("the node closed the connection")]
    Closed,
    #[error("the socket failed: {0}")]
    Failed(#[from] axum::Error),
    #[error("a frame could not be sent in time")]
    Stuck,
    #[error("a message cannot be sent: {0}")]
    Unfit(#[from] BadFrame),
}

impl Socket {
    /// The next message, or why the frame is none.
    pub(super) async fn next(&mut self) -> Result<Result<ToServer, BadFrame>, Lost> {
        loop {
            match self.0.recv().await {
                Some(Ok(Message::Text(text))) => return Ok(decode(&text)),
                Some(Ok(Message::Binary(_))) => return Ok(Err(BadFrame::Unreadable("it is binary".to_owned()))),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(Message::Close(_))) | None => return Err(Lost::Closed),
                Some(Err(error)) if is_too_long(&error) => return Ok(Err(BadFrame::TooLong(MAX_FRAME + 1))),
                Some(Err(error)) => return Err(error.into()),
            }
        }
    }

    pub(super) async fn send(&mut self, message: &ToNode) -> Result<(), Lost> {
        let frame = Message::text(encode(message)?);
        match tokio::time::timeout(limits::CHANNEL_SEND, self.0.send(frame)).await {
            Ok(sent) => Ok(sent?),
            Err(_) => Err(Lost::Stuck),
        }
    }

    /// Says why, if that still can be said, and closes.
    pub(super) async fn refuse(mut self, reason: RefusedReason, message: String) {
        if self.send(&ToNode::Refused { reason, message }).await.is_ok() {
            self.close().await;
        }
    }

    pub(super) async fn close(mut self) {
        // The other end may be gone already, which is what is wanted.
        let _ = tokio::time::timeout(limits::CHANNEL_SEND, self.0.send(Message::Close(None))).await;
    }
}

fn is_too_long(error: &axum::Error) -> bool {
    error.to_string().to_lowercase().contains("too long")
}
