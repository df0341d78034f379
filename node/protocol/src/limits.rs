//! Every bound of the channel, in one place.

use std::time::Duration;

/// Bytes of one frame. An assignment of 10 instances with 5 keys each is about 20 kB.
pub const MAX_FRAME: usize = 1 << 20;
/// Instances in one assignment or report.
pub const MAX_INSTANCES: usize = 1_000;
/// How often a node sends a heartbeat, unless the server asks for a slower beat,
pub const HEARTBEAT: Duration = Duration::from_secs(5);
/// which is never slower than this.
pub const HEARTBEAT_MOST: Duration = Duration::from_secs(30);
/// How long either end may be silent before the connection counts as lost: three heartbeats, however slow they are.
pub const LEASE: Duration = Duration::from_secs(15);
/// How long either end waits for the first message of the other.
pub const GREETING: Duration = Duration::from_secs(10);
/// First and longest pause between two attempts to connect; drawn at random below the current one.
pub const RECONNECT_FIRST: Duration = Duration::from_millis(250);
pub const RECONNECT_MOST: Duration = Duration::from_secs(15);
