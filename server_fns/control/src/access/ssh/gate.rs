//! How many connections there may be: altogether, and from one address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use super::limits::{CONNECTIONS, CONNECTIONS_OF_ADDRESS};

#[derive(Clone, Default)]
pub(super) struct Gate {
    inside: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// One connection's place; dropping it frees it.
pub(super) struct Place {
    gate: Gate,
    address: IpAddr,
}

impl Gate {
    pub(super) fn enter(&self, address: IpAddr) -> Option<Place> {
        let mut inside = self.inside.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = inside.values().sum();
        let of_address = inside.get(&address).copied().unwrap_or_default();
        if all >= CONNECTIONS || of_address >= CONNECTIONS_OF_ADDRESS {
            return None;
        }
        inside.insert(address, of_address + 1);
        Some(Place { gate: self.clone(), address })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut inside = self.gate.inside.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = inside.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                inside.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_cannot_take_every_place_and_places_come_back() {
        let (gate, greedy, other) = (Gate::default(), IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2]));
        let places: Vec<_> = (0..CONNECTIONS_OF_ADDRESS).map_while(|_| gate.enter(greedy)).collect();
        assert_eq!(places.len(), CONNECTIONS_OF_ADDRESS);
        assert!(gate.enter(greedy).is_none());
        assert!(gate.enter(other).is_some());
        drop(places);
        assert!(gate.enter(greedy).is_some());
    }
}
