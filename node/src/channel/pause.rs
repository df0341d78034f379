//! Pauses between attempts, drawn at random so that many nodes do not dial at the same moment.

use std::time::Duration;

use agent::backoff::Backoff;

pub(super) struct Pause(Backoff);

impl Pause {
    pub(super) const fn new(first: Duration, most: Duration) -> Self {
        Self(Backoff::new(first, most))
    }

    pub(super) fn next(&mut self) -> Duration {
        let longest = self.0.fail();
        let mut random = [0; 4];
        match getrandom::fill(&mut random) {
            Ok(()) => longest.mul_f64(f64::from(u32::from_le_bytes(random)) / f64::from(u32::MAX)),
            Err(_) => longest,
        }
    }

    pub(super) const fn reset(&mut self) {
        self.0.reset();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_stay_below_a_limit_that_grows_and_differ() {
        let mut pause = Pause::new(Duration::from_secs(1), Duration::from_secs(8));
        let drawn: Vec<Duration> = (0..40).map(|_| pause.next()).collect();
        for (index, (length, most)) in drawn.iter().zip([1, 2, 4].into_iter().chain([8; 37])).enumerate() {
            assert!(*length <= Duration::from_secs(most), "pause {index} is {length:?}");
        }
        assert!(drawn.iter().any(|length| *length != drawn[39]));
        pause.reset();
        assert!(pause.next() <= Duration::from_secs(1));
    }
}
