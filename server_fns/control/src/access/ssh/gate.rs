//! How many connections there may be: altogether, and from one address.
//!
//! Who has not logged in yet may be somebody who never will. When all places for those are taken, the oldest from the
//! address that holds the most gives its up, so that nobody keeps others out by coming often.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio_util::sync::CancellationToken;

use super::limits::{CONNECTIONS, CONNECTIONS_OF_ADDRESS, WAITING_TO_LOG_IN};
use crate::http::network;
use crate::machine::Room;

#[derive(Clone)]
pub(super) struct Gate {
    inside: Arc<Mutex<Inside>>,
    /// Of those who have logged in, and of those who have not yet.
    most: usize,
    most_waiting: usize,
}

impl Default for Gate {
    /// As many as are wanted, or as there are open files for.
    fn default() -> Self {
        let room = Room::now().ssh;
        let most_waiting = WAITING_TO_LOG_IN.min(room / 4);
        Self { inside: Arc::default(), most: CONNECTIONS.min(room - most_waiting), most_waiting }
    }
}

#[derive(Default)]
struct Inside {
    /// Not logged in yet, the oldest first.
    waiting: HashMap<IpAddr, VecDeque<(u64, CancellationToken)>>,
    entered: HashMap<IpAddr, usize>,
    next: u64,
}

/// One connection's place; dropping it frees it.
pub(super) struct Place {
    gate: Gate,
    address: IpAddr,
    id: u64,
}

impl Gate {
    /// `cut` ends the connection.
    pub(super) fn enter(&self, address: IpAddr, cut: CancellationToken) -> Option<Place> {
        // A whole /64 of IPv6 is one client's.
        let address = network(address);
        let mut inside = self.inside();
        let of_address = inside.waiting.get(&address).map_or(0, VecDeque::len)
            + inside.entered.get(&address).copied().unwrap_or_default();
        if of_address >= CONNECTIONS_OF_ADDRESS || inside.entered.values().sum::<usize>() >= self.most {
            return None;
        }
        if inside.waiting.values().map(VecDeque::len).sum::<usize>() >= self.most_waiting {
            let greediest = inside.waiting.iter_mut().max_by_key(|(_, held)| held.len());
            if let Some((_, oldest)) = greediest.and_then(|(_, held)| held.pop_front()) {
                oldest.cancel();
            }
        }
        let id = inside.next;
        inside.next += 1;
        inside.waiting.entry(address).or_default().push_back((id, cut));
        Some(Place { gate: self.clone(), address, id })
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inside {
    /// Whether it was among those that wait.
    fn leave(&mut self, address: IpAddr, id: u64) -> bool {
        let Some(held) = self.waiting.get_mut(&address) else { return false };
        let before = held.len();
        held.retain(|(known, _)| *known != id);
        let found = held.len() < before;
        if held.is_empty() {
            self.waiting.remove(&address);
        }
        found
    }
}

/// Somebody who has logged in; dropping it frees the place.
pub(super) struct Seat {
    gate: Gate,
    address: IpAddr,
}

impl Place {
    /// Its holder has logged in.
    pub(super) fn entered(&self) -> Seat {
        let mut inside = self.gate.inside();
        inside.leave(self.address, self.id);
        *inside.entered.entry(self.address).or_default() += 1;
        Seat { gate: self.gate.clone(), address: self.address }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.gate.inside().leave(self.address, self.id);
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut inside = self.gate.inside();
        if let Some(count) = inside.entered.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                inside.entered.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(n: u8) -> IpAddr {
        IpAddr::from([10, 0, 0, n])
    }

    #[test]
    fn one_address_cannot_take_every_place_and_places_come_back() {
        let gate = Gate { most: CONNECTIONS, most_waiting: WAITING_TO_LOG_IN, ..Gate::default() };
        let enter = |n| gate.enter(address(n), CancellationToken::new());
        let places: Vec<_> = (0..CONNECTIONS_OF_ADDRESS).map_while(|_| enter(1)).collect();
        assert_eq!(places.len(), CONNECTIONS_OF_ADDRESS);
        assert!(enter(1).is_none());
        assert!(enter(2).is_some());
        let seats: Vec<_> = places.iter().map(Place::entered).collect();
        drop(places);
        assert!(enter(1).is_none(), "those who logged in count too");
        drop(seats);
        assert!(enter(1).is_some());
        assert!(gate.inside().waiting.is_empty() && gate.inside().entered.is_empty());
    }

    #[test]
    fn many_who_never_log_in_give_their_places_up_and_those_inside_keep_theirs() {
        let gate = Gate { most_waiting: WAITING_TO_LOG_IN, ..Gate::default() };
        let inside = gate.enter(address(200), CancellationToken::new()).unwrap();
        let seat = inside.entered();
        let mut held = Vec::new();
        'full: for n in 1..=100 {
            for _ in 0..CONNECTIONS_OF_ADDRESS {
                let cut = CancellationToken::new();
                held.push((gate.enter(address(n), cut.clone()).unwrap(), cut));
                if held.len() == WAITING_TO_LOG_IN {
                    break 'full;
                }
            }
        }
        let cut = CancellationToken::new();
        assert!(gate.enter(address(150), cut.clone()).is_some());
        assert_eq!(held.iter().filter(|(_, cut)| cut.is_cancelled()).count(), 1);
        assert!(!cut.is_cancelled());
        drop(seat);
    }
}
