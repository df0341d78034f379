//! The contract on the node channel, for both ends.
//!
//! A node opens one WebSocket to `PATH` with its API key as a bearer token and says [`ToServer::Hello`]: which versions
//! it speaks, and which features it has. The server answers [`ToNode::Welcome`] with the highest version that both speak,
//! the epoch of this connection and the node's whole assignment, or [`ToNode::Refused`]. From then on every frame of both
//! ends carries that epoch, and a frame of another epoch is dropped. Frames are JSON text, so that golden samples stay
//! readable.
//!
//! Either end may be older than the other. A type of frame or a field that an end does not know is ignored ([`unknown`]).
//! So whoever sends one must not depend on its being heard:
//!
//! - A new field has `#[serde(default)]`. If it restricts anything (a limit, a rule, a mount, the policy of a key), it is
//!   a new [`Feature`](model::feature::Feature) as well: the server gives the instance to no node without it.
//! - A new type of frame is a variant in `message.rs`, with its name in `Message::TYPES`.
//! - A new value of a known field (another activity, another state of a container) does not read at an older end, and a
//!   frame that does not read ends the connection. Send it only to an end that announced a feature for it.
//! - What none of this allows is a new version in [`VERSIONS`].
//!
//! Each of these needs a sample in `tests/samples`, in the folder of its version.

pub mod codec;
pub mod limits;
pub mod measure;
pub mod message;
pub mod path;
pub mod plain;
pub mod session;
pub mod stream;
pub mod terminal;
pub mod unknown;
pub mod versions;

pub use message::{Hello, RefusedReason, Report, ToNode, ToServer};
pub use versions::{VERSIONS, Versions};

/// Where nodes dial in, below the server's address.
pub const PATH: &str = "/api/v1/channel";
