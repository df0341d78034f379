//! How fast a program's output is read while nobody looks at it: a program that shows things without end must not take
//! the node's time from everybody else's streams.

use std::time::Duration;

use tokio::time::Instant;

/// Bytes a second: a build is not slowed, and `yes` stands still most of the time.
const A_SECOND: u32 = 2 << 20;

#[derive(Debug)]
pub(super) struct Pace {
    until: Instant,
}

impl Default for Pace {
    fn default() -> Self {
        Self { until: Instant::now() }
    }
}

impl Pace {
    /// When the next piece may be read.
    pub(super) const fn until(&self) -> Instant {
        self.until
    }

    /// So many bytes were read.
    pub(super) fn took(&mut self, bytes: usize, now: Instant) {
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        self.until = self.until.max(now) + Duration::from_secs(1) * bytes / A_SECOND;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_of_reading_is_so_many_bytes_and_silence_saves_nothing_up() {
        let (mut pace, begun) = (Pace::default(), Instant::now());
        for _ in 0..64 {
            pace.took(64 << 10, begun);
        }
        let waited = pace.until().duration_since(begun);
        assert!((Duration::from_millis(1_990)..Duration::from_millis(2_010)).contains(&waited), "{waited:?}");
        let later = begun + Duration::from_secs(60);
        pace.took(1 << 20, later);
        assert_eq!(pace.until().duration_since(later), Duration::from_millis(500));
    }
}
