//! Time as an input. Nothing here reads a clock.

use std::time::Duration;

/// A moment on the server's monotonic clock: the time since an arbitrary start. Leases are measured in it,
/// because a wall clock can jump.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Instant(pub Duration);

impl Instant {
    pub fn since(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }
}

/// Both clocks at one moment: the wall clock for people, the monotonic one for leases.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Now {
    pub wall: model::Timestamp,
    pub mono: Instant,
}

/// The full hour that the moment is in.
pub(crate) fn hour(at: model::Timestamp) -> model::Timestamp {
    let within = u64::try_from(at.timestamp().rem_euclid(3600)).unwrap_or_default();
    let start = at - Duration::from_secs(within);
    start - Duration::from_nanos(u64::from(start.timestamp_subsec_nanos()))
}
