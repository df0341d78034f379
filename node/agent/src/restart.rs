//! When an instance that ended by itself is started again.

use std::time::Duration;

use crate::backoff::Backoff;

/// The pause after the first unwished end,
pub const FIRST_PAUSE: Duration = Duration::from_secs(5);
/// and the longest one.
pub const LONGEST_PAUSE: Duration = Duration::from_secs(5 * 60);
/// An instance that ran for this long is no longer thought to be failing.
pub const STEADY: Duration = Duration::from_secs(10 * 60);
/// As many reboots in a row are no loop.
pub const FREE_REBOOTS: u8 = 3;

/// What is remembered of the ends of one instance, in time since the node's start. A node that
/// has just started remembers none, so what ended while it was away is started at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestartState {
    pauses: Backoff,
    running_since: Option<Duration>,
    not_before: Option<Duration>,
    /// Reboots since it last ran for [`STEADY`].
    reboots: u8,
}

impl Default for RestartState {
    fn default() -> Self {
        Self { pauses: Backoff::new(FIRST_PAUSE, LONGEST_PAUSE), running_since: None, not_before: None, reboots: 0 }
    }
}

impl RestartState {
    /// It was started, or seen running.
    pub fn running(&mut self, now: Duration) {
        self.not_before = None;
        let since = *self.running_since.get_or_insert(now);
        if now.saturating_sub(since) >= STEADY {
            self.steady();
        }
    }

    fn steady(&mut self) {
        self.pauses.reset();
        self.reboots = 0;
    }

    /// It was seen ended though it should run. Says the same however often it is seen.
    pub fn ended(&mut self, now: Duration) {
        let Some(since) = self.running_since.take() else { return };
        if now.saturating_sub(since) >= STEADY {
            self.steady();
        }
        self.not_before = Some(now + self.pauses.fail());
    }

    /// It was asked for from inside. The first few are for free, and one that does nothing else is held back like one that
    /// fails.
    pub fn rebooted(&mut self, now: Duration) {
        let Some(since) = self.running_since else { return };
        if now.saturating_sub(since) >= STEADY {
            self.steady();
        }
        self.reboots = self.reboots.saturating_add(1);
        if self.reboots > FREE_REBOOTS {
            self.ended(now);
        } else {
            self.running_since = None;
            self.not_before = None;
        }
    }

    /// A person had a hand in it: the next start is not held back.
    pub fn forgive(&mut self) {
        *self = Self::default();
    }

    /// The moment from which it may be started, if that is still to come.
    pub fn due(&self, now: Duration) -> Option<Duration> {
        self.not_before.filter(|at| *at > now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// Runs for `ran`, ends, and says how long the pause is.
    fn pause(state: &mut RestartState, now: &mut Duration, ran: Duration) -> Duration {
        state.running(*now);
        *now += ran;
        state.ended(*now);
        let due = state.due(*now).unwrap();
        let pause = due - *now;
        *now = due;
        assert_eq!(state.due(*now), None, "it may start when the pause is over");
        pause
    }

    #[test]
    fn pauses_grow_from_five_seconds_to_five_minutes() {
        let (mut state, mut now) = (RestartState::default(), Duration::ZERO);
        let pauses: Vec<u64> = (0..9).map(|_| pause(&mut state, &mut now, SECOND).as_secs()).collect();
        assert_eq!(pauses, [5, 10, 20, 40, 80, 160, 300, 300, 300]);
    }

    #[test]
    fn ten_minutes_of_running_are_forgotten_failures() {
        let (mut state, mut now) = (RestartState::default(), Duration::ZERO);
        pause(&mut state, &mut now, SECOND);
        assert_eq!(pause(&mut state, &mut now, SECOND), 2 * FIRST_PAUSE);
        assert_eq!(pause(&mut state, &mut now, STEADY), FIRST_PAUSE);
    }

    #[test]
    fn seeing_the_end_again_does_not_lengthen_the_pause() {
        let mut state = RestartState::default();
        state.running(Duration::ZERO);
        state.ended(SECOND);
        let due = state.due(SECOND);
        state.ended(2 * SECOND);
        assert_eq!(state.due(2 * SECOND), due);
    }

    #[test]
    fn a_reboot_waits_for_nothing_and_a_loop_of_them_does() {
        let (mut state, mut now) = (RestartState::default(), Duration::ZERO);
        let mut reboot = |ran| {
            state.running(now);
            now += ran;
            state.rebooted(now);
            let pause = state.due(now).map_or(Duration::ZERO, |due| due - now);
            now += pause;
            pause
        };
        let looped: Vec<Duration> = (0..5).map(|_| reboot(12 * SECOND)).collect();
        assert_eq!(looped, [Duration::ZERO, Duration::ZERO, Duration::ZERO, FIRST_PAUSE, 2 * FIRST_PAUSE]);
        assert_eq!(reboot(STEADY), Duration::ZERO, "it ran well meanwhile");
    }

    #[test]
    fn a_fresh_node_starts_at_once() {
        let mut state = RestartState::default();
        state.ended(SECOND);
        assert_eq!(state.due(SECOND), None);
    }
}
