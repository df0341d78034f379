//! Every bound of the channel, in one place.

use std::time::Duration;

pub use model::link::{HEARTBEAT, HEARTBEAT_MAX, LEASE};

/// Bytes of one frame. An assignment of 10 instances with 5 keys each is about 20 kB.
pub const MAX_FRAME: usize = 1 << 20;
/// Instances in one assignment or report.
pub const MAX_INSTANCES: usize = 1_000;
/// How long either end waits for the first message of the other.
pub const GREETING: Duration = Duration::from_secs(10);
/// First and longest pause between two attempts to connect; drawn at random below the current one.
pub const RECONNECT_FIRST: Duration = Duration::from_millis(250);
pub const RECONNECT_MAX: Duration = Duration::from_secs(15);

/// Data sockets that a node keeps ready, and the most that it may hold open at once.
pub const IDLE_STREAMS: usize = 2;
pub const STREAMS: usize = 2_048;
/// Of those, how many one instance may have.
pub const STREAMS_OF_INSTANCE: usize = 512;
/// Of those, how many may move a file at once.
pub const TRANSFERS_OF_INSTANCE: usize = 32;
/// How long an idle one is kept before another takes its place: routers forget a silent connection sooner or later.
pub const IDLE_STREAM_AGE: Duration = Duration::from_secs(90);
/// How long an opening may take on the node, beside the patience that it asks for.
pub const OPENING: Duration = Duration::from_secs(10);
/// The most patience there is for a program that does not listen yet.
pub const PATIENCE: Duration = Duration::from_secs(15);

/// A measurement carries so many bytes in each direction, or as many as that time allows, whichever comes first.
pub const MEASURE_BYTES: u64 = 64 << 20;
pub const MEASURE_TIME: Duration = Duration::from_secs(3);

/// Fields that one end does not know and tells of, on one connection.
pub const UNKNOWN_FIELDS: usize = 32;

/// Forwards of one instance that a report says are not open: more than an instance may have.
pub const UNOPENED: usize = 32;
/// Entries of each list in a row that a node keeps: more than any instance has.
pub const ROW_ENTRIES: usize = 64;

/// The most characters that are kept of each text that the other end says.
pub mod text {
    /// Of an architecture, a version of an API, the name of a component.
    pub const WORD: usize = 64;
    /// As distributions write them.
    pub const VERSION: usize = 80;
    /// Of an operating system.
    pub const SYSTEM: usize = 120;
    /// Of a container, and of a container's id.
    pub const NAME: usize = 128;
    /// Which a node gives itself; a longer one is refused, because two that were cut might look the same.
    pub const MACHINE: usize = 128;
    /// Of a public key.
    pub const KEY: usize = 1_024;
    /// A person's SSH key: longer than RSA with 16,384 bits, the longest that OpenSSH makes.
    pub const SSH_KEY: usize = 4 << 10;
    /// Part of a sentence of ours.
    pub const CLAUSE: usize = 300;
    /// For the owner of an instance or the operator of a node.
    pub const SENTENCE: usize = 1_000;
    /// Programs that an engine is made of.
    pub const COMPONENTS: usize = 16;
}
