//! The contract on a data socket that measures the link, decided without a socket and without a clock.
//!
//! One end sends blocks of [`BLOCK`] bytes. The first byte of each is [`MORE`], and [`LAST`] in the one with which it
//! stops, for the bytes or the time of a measurement are used up. The other end counts what arrives from its first byte on,
//! and stops by itself when that time is over: what still waits on the way then is not waited for. Where the node is the
//! receiver, it then says what it [`Measured`] and takes what still comes until the server closes.

use std::time::Duration;

use crate::limits::{MEASURE_BYTES, MEASURE_TIME};
use crate::stream::Measured;

pub const BLOCK: usize = 16 << 10;
/// What a block begins with.
pub const MORE: u8 = 1;
pub const LAST: u8 = 0;

/// The end that sends.
#[derive(Debug, Clone, Default)]
pub struct Sending {
    sent: u64,
    over: bool,
}

impl Sending {
    /// What the next block begins with; none once the last was sent. `now` is the time since the first.
    pub const fn next(&mut self, now: Duration) -> Option<u8> {
        if self.over {
            return None;
        }
        self.sent += BLOCK as u64;
        self.over = self.sent >= MEASURE_BYTES || now.as_micros() >= MEASURE_TIME.as_micros();
        Some(if self.over { LAST } else { MORE })
    }

    /// Bytes of all blocks that were begun.
    pub const fn sent(&self) -> u64 {
        self.sent
    }
}

/// The end that counts.
#[derive(Debug, Clone, Default)]
pub struct Receiving {
    /// When the first bytes came, and how many they were: the time begins behind them.
    first: Option<(Duration, u64)>,
    bytes: u64,
    /// When the newest came.
    newest: Duration,
    /// Where the last block ends, once it has begun.
    end: Option<u64>,
}

impl Receiving {
    /// Bytes came. `now` is the time on any clock that only goes forward.
    pub fn heard(&mut self, bytes: &[u8], now: Duration) {
        if bytes.is_empty() {
            return;
        }
        let (block, length) = (BLOCK as u64, bytes.len() as u64);
        let mut begins = self.bytes.next_multiple_of(block);
        while self.end.is_none() && begins < self.bytes + length {
            let at = usize::try_from(begins - self.bytes).unwrap_or(usize::MAX);
            if bytes.get(at) == Some(&LAST) {
                self.end = Some(begins + block);
            }
            begins += block;
        }
        self.first.get_or_insert((now, length));
        self.bytes += length;
        self.newest = now;
    }

    /// Until when more is waited for; none while nothing came.
    pub fn deadline(&self) -> Option<Duration> {
        self.first.map(|(begun, _)| begun + MEASURE_TIME)
    }

    /// What was measured, once the last block is there or the time or the bytes are used up.
    pub fn measured(&self, now: Duration) -> Option<Measured> {
        let (begun, free) = self.first?;
        let whole = self.end.is_some_and(|end| self.bytes >= end) || self.bytes >= MEASURE_BYTES;
        let late = now.saturating_sub(begun) >= MEASURE_TIME;
        // A link that fell silent was slow until the end of the time.
        let until = if whole { self.newest } else { now };
        let micros = u64::try_from(until.saturating_sub(begun).as_micros()).unwrap_or(u64::MAX).max(1);
        (whole || late).then_some(Measured { bytes: self.bytes - free, micros })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    fn block(mark: u8) -> Vec<u8> {
        let mut block = vec![7; BLOCK];
        block[0] = mark;
        block
    }

    #[test]
    fn the_sender_stops_by_bytes_or_by_time() {
        let mut fast = Sending::default();
        let marks: Vec<u8> = std::iter::from_fn(|| fast.next(at(1))).collect();
        assert_eq!(marks.len() as u64, MEASURE_BYTES / BLOCK as u64);
        assert!(marks.split_last().is_some_and(|(last, rest)| *last == LAST && rest.iter().all(|mark| *mark == MORE)));
        assert_eq!(fast.sent(), MEASURE_BYTES);

        let mut slow = Sending::default();
        let marks = [0, 1_500, 2_999, 3_000, 3_001].map(|now| slow.next(at(now)));
        assert_eq!(marks, [Some(MORE), Some(MORE), Some(MORE), Some(LAST), None]);
    }

    #[test]
    fn what_came_first_starts_the_clock_and_is_not_counted() {
        let mut receiving = Receiving::default();
        assert_eq!((receiving.deadline(), receiving.measured(at(9_000))), (None, None), "nothing came");
        receiving.heard(&block(MORE)[..1_000], at(400));
        assert_eq!(receiving.deadline(), Some(at(3_400)));
        receiving.heard(&block(MORE)[1_000..], at(900));
        assert_eq!(receiving.measured(at(900)), None);
        let last = block(LAST);
        receiving.heard(&last[..1], at(1_000));
        assert_eq!(receiving.measured(at(1_000)), None, "the last block has only begun");
        receiving.heard(&last[1..], at(1_400));
        let measured = Measured { bytes: 2 * BLOCK as u64 - 1_000, micros: 1_000_000 };
        assert_eq!(receiving.measured(at(9_000)), Some(measured), "the time ends with the last byte");
    }

    #[test]
    fn a_last_block_is_found_wherever_reads_are_cut() {
        let whole = [block(MORE), block(MORE), block(LAST)].concat();
        for size in [1, 1_000, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK] {
            let mut receiving = Receiving::default();
            for (n, piece) in whole.chunks(size).enumerate() {
                assert_eq!(receiving.measured(at(0)), None, "{size}: over before piece {n}");
                receiving.heard(piece, at(0));
            }
            assert!(receiving.measured(at(0)).is_some(), "{size}");
        }
    }

    #[test]
    fn a_slow_link_and_an_endless_sender_are_cut_off() {
        let mut slow = Receiving::default();
        slow.heard(&block(MORE), at(100));
        slow.heard(&block(MORE), at(1_100));
        let measured = Measured { bytes: BLOCK as u64, micros: 3_000_000 };
        assert_eq!((slow.measured(at(3_099)), slow.measured(at(3_100))), (None, Some(measured)));

        let mut endless = Receiving::default();
        let blocks = MEASURE_BYTES / BLOCK as u64;
        for n in 0..blocks {
            assert_eq!(endless.measured(at(n / 2)), None);
            endless.heard(&block(MORE), at(n / 2));
        }
        assert!(endless.measured(at(blocks / 2)).is_some());
    }
}
