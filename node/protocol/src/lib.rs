//! The contract on the node channel, for both ends.
//!
//! A node opens one WebSocket to `PATH` with its API key as a bearer token and says [`ToServer::Hello`].
//! The server answers [`ToNode::Welcome`] with the epoch of this connection and the node's whole
//! assignment, or [`ToNode::Refused`]. From then on every frame of both ends carries that epoch, and a
//! frame of another epoch is dropped. Frames are JSON text, so that golden samples stay readable.
//!
//! A new message: add the variant to `message.rs` with `#[serde(default)]` on every field that an older
//! peer does not send, raise [`VERSION`] if an older peer must not be talked to, and add a sample to
//! `tests/samples`.

pub mod codec;
pub mod limits;
pub mod measure;
pub mod message;
pub mod path;
pub mod plain;
pub mod session;
pub mod stream;
pub mod terminal;

pub use message::{Hello, RefusedReason, Report, ToNode, ToServer};

/// Where nodes dial in, below the server's address.
pub const PATH: &str = "/api/v1/channel";

/// Raised when an older peer can no longer be understood.
pub const VERSION: u32 = 1;
