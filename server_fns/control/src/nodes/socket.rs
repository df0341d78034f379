//! One node's socket: whole messages in, whole messages out, nothing that waits for ever.

use std::time::Duration;

use axum::extract::ws::{Message, Utf8Bytes, WebSocket};
use bytes::Bytes;
use protocol::codec::{BadFrame, encode};
use protocol::limits::MAX_FRAME;
use protocol::{RefusedReason, ToNode};
use tokio::time::Instant;

use crate::limits;

pub(super) struct Socket {
    socket: WebSocket,
    /// When the last question was sent that only asks for an answer.
    asked: Option<Instant>,
    round_trip: Option<Duration>,
}

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
    pub(super) const fn new(socket: WebSocket) -> Self {
        Self { socket, asked: None, round_trip: None }
    }

    /// How long the last answer took, if there is one since this was asked before.
    pub(super) const fn round_trip(&mut self) -> Option<Duration> {
        self.round_trip.take()
    }

    /// Begins a measurement; one that is under way is waited for.
    pub(super) async fn measure(&mut self) -> Result<(), Lost> {
        if self.asked.is_none() {
            self.asked = Some(Instant::now());
            self.put(Message::Ping(Bytes::new())).await?;
        }
        Ok(())
    }

    /// The next frame with a message, or why there is none in it.
    pub(super) async fn next(&mut self) -> Result<Result<Utf8Bytes, BadFrame>, Lost> {
        loop {
            match self.socket.recv().await {
                Some(Ok(Message::Text(text))) => return Ok(Ok(text)),
                Some(Ok(Message::Binary(_))) => return Ok(Err(BadFrame::Unreadable("it is binary".to_owned()))),
                Some(Ok(Message::Ping(_))) => {}
                Some(Ok(Message::Pong(_))) => self.round_trip = self.asked.take().map(|asked| asked.elapsed()),
                Some(Ok(Message::Close(_))) | None => return Err(Lost::Closed),
                Some(Err(error)) if is_too_long(&error) => return Ok(Err(BadFrame::TooLong(MAX_FRAME + 1))),
                Some(Err(error)) => return Err(error.into()),
            }
        }
    }

    pub(super) async fn send(&mut self, message: &ToNode) -> Result<(), Lost> {
        self.put(Message::text(encode(message)?)).await
    }

    async fn put(&mut self, frame: Message) -> Result<(), Lost> {
        match tokio::time::timeout(limits::CHANNEL_SEND, self.socket.send(frame)).await {
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
        let _ = tokio::time::timeout(limits::CHANNEL_SEND, self.socket.send(Message::Close(None))).await;
    }
}

fn is_too_long(error: &axum::Error) -> bool {
    error.to_string().to_lowercase().contains("too long")
}
