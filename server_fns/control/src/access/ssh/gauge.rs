//! How much of a connection waits here, and what that means for its windows.
//!
//! Russh renews a channel's window when bytes arrive, not when they are taken on, and reads a connection's messages one
//! after the other. So a channel whose other end is slow would fill its queue, and then hold up every other channel and
//! even the messages that let the other direction go on. Instead, with too much waiting, windows are renewed by two
//! bytes at a time: the connection is always read, a keystroke passes, and bulk stands still until there is room.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use super::limits::{WAITING, WINDOW};

/// Russh renews a window when less than half of this is left, so one of two bytes is renewed when it is used up.
const TRICKLE: u32 = 2;
/// Each trickle costs its sender a moment, so that standing still is not busy work.
const PAUSE: Duration = Duration::from_millis(5);

/// What waits of one channel.
#[derive(Default)]
pub(super) struct Gauge(AtomicUsize);

impl Gauge {
    pub(super) fn taken(&self, bytes: usize) {
        self.0.fetch_sub(bytes, Ordering::Relaxed);
    }
}

/// What waits of every channel of one connection, in one direction.
pub(super) struct Gauges<K> {
    channels: Vec<(K, Weak<Gauge>)>,
}

impl<K> Default for Gauges<K> {
    fn default() -> Self {
        Self { channels: Vec::new() }
    }
}

impl<K: Copy + PartialEq> Gauges<K> {
    pub(super) fn open(&mut self, channel: K) -> Arc<Gauge> {
        self.channels.retain(|(_, gauge)| gauge.strong_count() > 0);
        let gauge = Arc::new(Gauge::default());
        self.channels.push((channel, Arc::downgrade(&gauge)));
        gauge
    }

    pub(super) fn open_channels(&self) -> usize {
        self.channels.iter().filter(|(_, gauge)| gauge.strong_count() > 0).count()
    }

    /// Bytes have arrived. Answers how long to wait before the next are read.
    pub(super) fn arrived(&self, channel: K, bytes: usize) -> Option<Duration> {
        let gauge =
            self.channels.iter().rev().find(|(known, _)| *known == channel).and_then(|(_, gauge)| gauge.upgrade());
        if let Some(gauge) = gauge {
            gauge.0.fetch_add(bytes, Ordering::Relaxed);
        }
        (bytes <= TRICKLE as usize && self.is_full()).then_some(PAUSE)
    }

    /// What the next renewal of any window is to be.
    pub(super) fn window(&self) -> u32 {
        if self.is_full() { TRICKLE } else { WINDOW }
    }

    fn is_full(&self) -> bool {
        let waiting = self.channels.iter().filter_map(|(_, gauge)| gauge.upgrade());
        waiting.map(|gauge| gauge.0.load(Ordering::Relaxed)).sum::<usize>() > WAITING
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_renewed_in_full_until_too_much_waits() {
        let mut gauges = Gauges::default();
        let (slow, quick) = (gauges.open(1), gauges.open(2));
        assert_eq!(gauges.arrived(1, WAITING), None);
        assert_eq!(gauges.window(), WINDOW);
        gauges.arrived(2, 1);
        assert_eq!(gauges.window(), TRICKLE);
        assert_eq!(gauges.arrived(1, 2), Some(PAUSE));
        assert_eq!(gauges.arrived(2, 1_000), None);
        slow.taken(WAITING / 2);
        assert_eq!(gauges.window(), WINDOW);
        drop(quick);
        assert_eq!(gauges.open_channels(), 1);
    }

    #[test]
    fn what_a_closed_channel_left_behind_counts_no_longer() {
        let mut gauges = Gauges::default();
        let gauge = gauges.open(1);
        gauges.arrived(1, WAITING * 2);
        assert_eq!(gauges.window(), TRICKLE);
        drop(gauge);
        assert_eq!(gauges.window(), WINDOW);
    }
}
