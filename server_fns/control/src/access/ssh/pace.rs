//! How fast one address may begin to log in, and how slowly it is answered once it has tried many keys that nobody has. Who
//! logs in costs nothing: what counts is what led nowhere.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use planner::clock::Instant;

use super::limits::{ADDRESSES, HANDSHAKES, TOLD, WRONG_KEYS};
use crate::auth::attempts::buckets::Buckets;

#[derive(Clone)]
pub(super) struct Pace(Arc<Mutex<Tables>>);

struct Tables {
    handshakes: Buckets<IpAddr>,
    wrong: Buckets<IpAddr>,
    told: Buckets<IpAddr>,
}

impl Default for Pace {
    fn default() -> Self {
        let tables = Tables {
            handshakes: Buckets::new(HANDSHAKES, ADDRESSES),
            wrong: Buckets::new(WRONG_KEYS, ADDRESSES),
            told: Buckets::new(TOLD, ADDRESSES),
        };
        Self(Arc::new(Mutex::new(tables)))
    }
}

impl Pace {
    /// A key exchange costs a server more than the client that asks for it. Says how long to wait before the next.
    pub(super) fn handshake(&self, address: IpAddr, now: Instant) -> Result<(), Duration> {
        self.tables().handshakes.take(&address, now)
    }

    /// A connection has offered a key that nobody has: one try, however many keys it offers. Whether this is one too many.
    pub(super) fn wrong_key(&self, address: IpAddr, now: Instant) -> bool {
        let mut tables = self.tables();
        let too_many = tables.wrong.take(&address, now).is_err();
        if too_many && tables.told.take(&address, now).is_ok() {
            tracing::warn!(peer = %address, "an address goes on offering SSH keys that nobody has; its answers are slowed");
        }
        too_many
    }

    /// It has logged in after all.
    pub(super) fn entered(&self, address: IpAddr, tried: bool) {
        let mut tables = self.tables();
        tables.handshakes.give_back(&address);
        if tried {
            tables.wrong.give_back(&address);
        }
    }

    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Instant = Instant(Duration::from_secs(1_000));

    #[test]
    fn many_wrong_keys_are_one_too_many_and_another_address_is_not_meant() {
        let pace = Pace::default();
        let [greedy, other] = [1, 2].map(|n| IpAddr::from([10, 0, 0, n]));
        let slowed = (0..50).filter(|_| pace.wrong_key(greedy, AT)).count();
        assert_eq!(slowed, 50 - WRONG_KEYS.burst as usize);
        assert!(!pace.wrong_key(other, AT));
    }

    #[test]
    fn who_logs_in_after_wrong_keys_is_never_slowed() {
        let pace = Pace::default();
        let address = IpAddr::from([10, 0, 0, 1]);
        for _ in 0..1_000 {
            assert!(pace.handshake(address, AT).is_ok() && !pace.wrong_key(address, AT));
            pace.entered(address, true);
        }
    }

    #[test]
    fn handshakes_that_lead_nowhere_are_slowed() {
        let pace = Pace::default();
        let address = IpAddr::from([10, 0, 0, 1]);
        let at_once = (0..1_000).filter(|_| pace.handshake(address, AT).is_ok()).count();
        assert_eq!(at_once, HANDSHAKES.burst as usize);
        let later = Instant(AT.0 + HANDSHAKES.every);
        assert!(pace.handshake(address, later).is_ok() && pace.handshake(address, later).is_err());
    }
}
