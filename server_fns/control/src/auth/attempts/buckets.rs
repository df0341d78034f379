//! Token buckets by key, each one moment in size: the time at which it will be full again (GCRA).

use std::collections::HashMap;
use std::hash::Hash;
use std::time::Duration;

use planner::clock::Instant;

/// So many at once, and then one more each time `every` has passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    pub burst: u32,
    pub every: Duration,
}

#[derive(Debug)]
pub(crate) struct Buckets<K> {
    rate: Rate,
    max_keys: usize,
    full_at: HashMap<K, Duration>,
}

impl<K: Eq + Hash + Clone> Buckets<K> {
    pub(crate) fn new(rate: Rate, max_keys: usize) -> Self {
        Self { rate, max_keys, full_at: HashMap::new() }
    }

    /// Takes one, or says how long to wait for it.
    pub(crate) fn take(&mut self, key: &K, now: Instant) -> Result<(), Duration> {
        let full_at = self.full_at.get(key).copied().unwrap_or_default().max(now.0).saturating_add(self.rate.every);
        let depth = self.rate.every.saturating_mul(self.rate.burst);
        let wait = full_at.saturating_sub(depth).saturating_sub(now.0);
        if !wait.is_zero() {
            return Err(wait);
        }
        self.make_room(key, now);
        self.full_at.insert(key.clone(), full_at);
        Ok(())
    }

    /// Nothing was taken for as long as it takes to fill it.
    pub(crate) fn is_full(&self, key: &K, now: Instant) -> bool {
        self.full_at.get(key).is_none_or(|full_at| *full_at <= now.0)
    }

    pub(crate) fn give_back(&mut self, key: &K) {
        if let Some(full_at) = self.full_at.get_mut(key) {
            *full_at = full_at.saturating_sub(self.rate.every);
        }
    }

    /// A full bucket says nothing, so those go first; then the one that is nearest to full.
    fn make_room(&mut self, key: &K, now: Instant) {
        if self.full_at.len() < self.max_keys || self.full_at.contains_key(key) {
            return;
        }
        self.full_at.retain(|_, full_at| *full_at > now.0);
        if self.full_at.len() >= self.max_keys {
            let fullest = self.full_at.iter().min_by_key(|(_, full_at)| **full_at).map(|(key, _)| key.clone());
            fullest.and_then(|key| self.full_at.remove(&key));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const RATE: Rate = Rate { burst: 3, every: Duration::from_secs(10) };

    fn at(seconds: u64) -> Instant {
        Instant(Duration::from_secs(seconds))
    }

    #[test]
    fn a_burst_and_then_one_each_period() {
        let mut buckets = Buckets::new(RATE, 10);
        for _ in 0..3 {
            assert_eq!(buckets.take(&'a', at(0)), Ok(()));
        }
        assert_eq!(buckets.take(&'a', at(4)), Err(Duration::from_secs(6)));
        assert_eq!(buckets.take(&'b', at(4)), Ok(()));
        assert_eq!(buckets.take(&'a', at(10)), Ok(()));
        assert_eq!(buckets.take(&'a', at(10)), Err(Duration::from_secs(10)));
        buckets.give_back(&'a');
        assert_eq!(buckets.take(&'a', at(10)), Ok(()));
    }

    #[test]
    fn the_emptiest_is_remembered_longest() {
        let mut buckets = Buckets::new(RATE, 2);
        for _ in 0..3 {
            buckets.take(&0, at(0)).unwrap();
        }
        for stranger in 1..100 {
            buckets.take(&stranger, at(0)).unwrap();
            assert!(buckets.full_at.len() <= 2);
        }
        assert!(buckets.take(&0, at(0)).is_err());
    }

    proptest! {
        #[test]
        fn never_more_than_the_rate_allows(steps in prop::collection::vec(0..20_u64, 1..200)) {
            let mut buckets = Buckets::new(RATE, 10);
            let (mut now, mut taken) = (0, 0);
            for step in steps {
                now += step;
                taken += u64::from(buckets.take(&(), at(now)).is_ok());
                prop_assert!(taken <= 3 + now / 10);
            }
        }
    }
}
