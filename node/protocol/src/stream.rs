//! The contract on a data socket: one stream of bytes into one instance.
//!
//! A node dials [`PATH`] with its API key as a bearer token, the epoch of its channel in [`EPOCH_HEADER`] and
//! `Upgrade:` [`UPGRADE`], and then waits. When the server needs a stream it sends an [`Ask`]; the node answers with
//! an [`Opened`]. From then on the socket carries the stream's bytes and nothing else, so the kernel's flow control
//! is the stream's, and no stream waits behind another. Each of the two messages is JSON behind its length in four
//! bytes, the highest first.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use model::id::InstanceId;
use model::port::ContainerPort;
use model::version::{Epoch, Generation, Incarnation};

use crate::codec::BadFrame;
use crate::path::FilePath;

/// Where nodes dial in for streams, below the server's address.
pub const PATH: &str = "/api/v1/stream";
/// The protocol that the socket is switched to.
pub const UPGRADE: &str = "dockhost-stream";
pub const EPOCH_HEADER: &str = "x-dockhost-epoch";

/// Bytes of one [`Opening`] or [`Opened`].
pub const MAX_HEAD: usize = 16 << 10;
/// Bytes before each of them.
pub const LENGTH: usize = 4;

/// What the server wants of a data socket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Ask {
    /// A stream into an instance.
    Stream(Opening),
    Measure(Measuring),
}

/// What the server wants at the other end. It names an instance and what is declared for it, never an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    pub epoch: Epoch,
    pub instance: InstanceId,
    pub incarnation: Incarnation,
    /// Of the wish that the server acted on. A node that has not heard of it yet waits a moment.
    pub generation: Generation,
    pub target: Target,
    /// A node that can may hand the connection over instead of carrying its bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handover: Option<Handover>,
}

/// Where a node on the server's own machine hands a connection to a port over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handover {
    /// Of a socket of the server's.
    pub path: String,
    /// 16 bytes in hex, which come with the connection.
    pub ticket: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "target", rename_all = "snake_case")]
pub enum Target {
    /// A TCP port in the instance that is declared for it.
    Port {
        port: ContainerPort,
        /// How long a program that does not listen yet is waited for.
        patience_ms: u64,
    },
    /// A UDP port in the instance that is led to from the main server: datagrams each behind their length in two bytes,
    /// the higher first.
    Datagrams { port: ContainerPort },
    /// A terminal in the instance; see [`crate::terminal`]. It is begun if there is none of that name.
    Terminal { terminal: String, columns: u16, rows: u16 },
    /// So many bytes follow, to become the file at that path in the instance; a [`Put`] answers. Where nobody knows how many,
    /// they are in frames, as those of a [`Found::Folder`]; a node of before does not read that.
    PutFile { path: FilePath, bytes: Option<u64> },
    /// A [`Found`] follows, then the bytes.
    GetFile { path: FilePath },
}

/// The link is to be measured; this is about no instance. [`crate::measure`] says what follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measuring {
    pub epoch: Epoch,
    pub measure: Way,
}

/// Which direction of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    ToNode,
    FromNode,
}

/// What of a measurement arrived at the node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measured {
    pub bytes: u64,
    /// From the first byte to the last.
    pub micros: u64,
}

/// How the taking of a file went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "put", rename_all = "snake_case")]
pub enum Put {
    Done,
    Failed { why: String },
}

/// What is at a path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "found", rename_all = "snake_case")]
pub enum Found {
    File {
        bytes: u64,
    },
    /// Sent as a tape archive, in frames of at most 65,535 bytes behind their length in two bytes, the higher first. An empty
    /// one says that it is whole.
    Folder,
    Nothing {
        why: String,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "opened", rename_all = "snake_case")]
pub enum Opened {
    Yes,
    /// The connection itself was handed over. The data socket stays open as long as the stream, and carries nothing.
    HandedOver,
    No {
        why: NotOpened,
        message: String,
    },
}

/// Why a node opened no stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotOpened {
    /// The opening is of another epoch, or of a wish that the node has not heard of or has left behind.
    Stale,
    /// That instance, or that container of it, is not assigned to the node.
    NotHere,
    NotRunning,
    Undeclared,
    /// Nothing listens there.
    NotListening,
    /// The node carries as many streams as it may.
    Busy,
    /// Docker did not do its part.
    Engine,
}

pub fn encode<M: Serialize>(head: &M) -> Result<Vec<u8>, BadFrame> {
    let text = serde_json::to_vec(head).map_err(BadFrame::unreadable)?;
    let length = u32::try_from(text.len()).ok().filter(|_| text.len() <= MAX_HEAD);
    let length = length.ok_or(BadFrame::TooLong(text.len()))?;
    Ok([&length.to_be_bytes()[..], &text].concat())
}

/// How many bytes follow.
pub fn length(bytes: [u8; LENGTH]) -> Result<usize, BadFrame> {
    let length = usize::try_from(u32::from_be_bytes(bytes)).unwrap_or(usize::MAX);
    if length <= MAX_HEAD { Ok(length) } else { Err(BadFrame::TooLong(length)) }
}

pub fn decode<M: DeserializeOwned>(head: &[u8]) -> Result<M, BadFrame> {
    serde_json::from_slice(head).map_err(BadFrame::unreadable)
}
