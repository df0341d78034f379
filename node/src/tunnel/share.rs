//! How many streams one instance may have of those that a node carries, and how many transfers among them, so that one
//! leaves the others theirs.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use model::id::InstanceId;

#[derive(Clone)]
pub(super) struct Shares {
    most: usize,
    taken: Arc<Mutex<HashMap<InstanceId, usize>>>,
}

/// One stream's place; dropping it frees it.
pub(super) struct Share {
    of: Shares,
    instance: InstanceId,
}

impl Shares {
    pub(super) fn new(most: usize) -> Self {
        Self { most, taken: Arc::default() }
    }

    pub(super) fn take(&self, instance: InstanceId) -> Option<Share> {
        let mut taken = self.taken();
        let count = taken.entry(instance).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(Share { of: self.clone(), instance })
    }

    fn taken(&self) -> MutexGuard<'_, HashMap<InstanceId, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut taken = self.of.taken();
        if let Some(count) = taken.get_mut(&self.instance) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.instance);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAX: usize = 8;

    #[test]
    fn one_instance_leaves_the_others_theirs_and_places_come_back() {
        let (shares, greedy, other) = (Shares::new(MAX), InstanceId::from_bits(1), InstanceId::from_bits(2));
        let taken: Vec<_> = (0..2 * MAX).map_while(|_| shares.take(greedy)).collect();
        assert_eq!(taken.len(), MAX);
        assert!(shares.take(greedy).is_none());
        assert!(shares.take(other).is_some());
        drop(taken);
        let again = shares.take(greedy);
        assert!(again.is_some() && shares.taken().len() == 1);
    }
}
