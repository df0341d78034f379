//! The clock of decisions: the planner is told both times from here. Timers, tickets and deadlines of the shell read the
//! runtime's clock by themselves, and a certificate's dates are compared with the system's.

use planner::clock::{Instant, Now};

/// Both clocks of this process. The monotonic one begins when it is made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    origin: std::time::Instant,
}

impl Clock {
    pub(crate) fn start() -> Self {
        Self { origin: std::time::Instant::now() }
    }

    pub(crate) fn now(self) -> Now {
        Now { wall: chrono::Utc::now(), mono: Instant(self.origin.elapsed()) }
    }

    /// The moment as the runtime's timers count it.
    pub(crate) fn at(self, moment: Instant) -> tokio::time::Instant {
        tokio::time::Instant::from_std(self.origin + moment.0)
    }
}
