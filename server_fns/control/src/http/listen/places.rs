//! How many connections there may be: altogether, and from one address. Through a proxy that the operator named many people
//! come from one address, so it is what is asked for one of them that is counted there.
//!
//! A connection on which nothing is asked may be one of somebody who never will. Where all places are taken, the one that
//! has been quiet for longest goes: of the address itself, or of the address that holds the most of them. So nobody keeps
//! others out by coming often and saying nothing.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use tokio_util::sync::CancellationToken;

#[derive(Debug, Clone)]
pub(super) struct Places {
    most: usize,
    of_address: usize,
    inside: Arc<Mutex<Inside>>,
}

#[derive(Debug, Default)]
struct Inside {
    held: HashMap<IpAddr, Vec<Seat>>,
    /// Requests of those behind named proxies, and what these have become.
    asked: HashMap<IpAddr, usize>,
    all: usize,
    clock: u64,
}

#[derive(Debug)]
struct Seat {
    id: u64,
    /// Requests that are being answered.
    busy: usize,
    /// When it was last busy, in the order of events.
    quiet_since: u64,
    cut: CancellationToken,
}

/// One connection's place; dropping it frees it.
#[derive(Debug)]
pub(super) struct Place {
    places: Places,
    address: IpAddr,
    id: u64,
    /// For whom a proxy asked, if it carries something else than requests by now.
    stays_for: OnceLock<IpAddr>,
}

/// A request is being answered on it until this is dropped.
#[derive(Debug)]
pub(super) struct Busy {
    place: Arc<Place>,
    client: Option<IpAddr>,
}

impl Places {
    pub(super) fn new(most: usize, of_address: usize) -> Self {
        Self { most, of_address, inside: Arc::default() }
    }

    /// `cut` ends the connection. `shared`: many people come through that address.
    pub(super) fn enter(&self, address: IpAddr, shared: bool, cut: CancellationToken) -> Option<Arc<Place>> {
        let mut inside = self.inside();
        if !shared && inside.held.get(&address).map_or(0, Vec::len) >= self.of_address {
            inside.end_quietest_of(address)?;
        }
        if inside.all >= self.most {
            let quiet = |seats: &Vec<Seat>| seats.iter().filter(|seat| seat.busy == 0).count();
            let greediest = inside.held.iter().max_by_key(|(_, seats)| quiet(seats)).map(|(address, _)| *address)?;
            inside.end_quietest_of(greediest)?;
        }
        let id = inside.tick();
        inside.all += 1;
        inside.held.entry(address).or_default().push(Seat { id, busy: 0, quiet_since: id, cut });
        Some(Arc::new(Place { places: self.clone(), address, id, stays_for: OnceLock::new() }))
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inside {
    fn tick(&mut self) -> u64 {
        self.clock += 1;
        self.clock
    }

    /// `None` if every one of them is busy.
    fn end_quietest_of(&mut self, address: IpAddr) -> Option<()> {
        let seats = self.held.get(&address)?;
        let quietest = seats.iter().filter(|seat| seat.busy == 0).min_by_key(|seat| seat.quiet_since)?;
        quietest.cut.cancel();
        let id = quietest.id;
        self.leave(address, id);
        Some(())
    }

    fn leave(&mut self, address: IpAddr, id: u64) {
        let Some(seats) = self.held.get_mut(&address) else { return };
        let before = seats.len();
        seats.retain(|seat| seat.id != id);
        self.all -= before - seats.len();
        if seats.is_empty() {
            self.held.remove(&address);
        }
    }

    /// False if that one asks for as much already as an address may hold connections.
    fn ask(&mut self, client: IpAddr, most: usize) -> bool {
        let asked = self.asked.entry(client).or_default();
        *asked += 1;
        let fits = *asked <= most;
        if !fits {
            self.answered(client);
        }
        fits
    }

    fn answered(&mut self, client: IpAddr) {
        if let Entry::Occupied(mut asked) = self.asked.entry(client) {
            *asked.get_mut() -= 1;
            if *asked.get() == 0 {
                asked.remove();
            }
        }
    }

    fn seat(&mut self, place: &Place) -> Option<&mut Seat> {
        self.held.get_mut(&place.address)?.iter_mut().find(|seat| seat.id == place.id)
    }
}

impl Place {
    /// `client` is for whom a proxy asks. `None` if that one asks for too much at once.
    pub(super) fn busy(self: &Arc<Self>, client: Option<IpAddr>) -> Option<Busy> {
        let mut inside = self.places.inside();
        if client.is_some_and(|client| !inside.ask(client, self.places.of_address)) {
            return None;
        }
        if let Some(seat) = inside.seat(self) {
            seat.busy += 1;
        }
        drop(inside);
        Some(Busy { place: Arc::clone(self), client })
    }

    /// It carries something else than requests from now on, and never counts as quiet.
    pub(super) fn stay(&self, client: Option<IpAddr>) {
        let mut inside = self.places.inside();
        if let Some(seat) = inside.seat(self) {
            seat.busy += 1;
        }
        // It goes on in the place of the request that it was.
        if let Some(client) = client
            && self.stays_for.set(client).is_ok()
        {
            *inside.asked.entry(client).or_default() += 1;
        }
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        let mut inside = self.place.places.inside();
        if let Some(client) = self.client {
            inside.answered(client);
        }
        let now = inside.tick();
        if let Some(seat) = inside.seat(&self.place) {
            seat.busy = seat.busy.saturating_sub(1);
            seat.quiet_since = now;
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut inside = self.places.inside();
        inside.leave(self.address, self.id);
        if let Some(client) = self.stays_for.get() {
            inside.answered(*client);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(n: u8) -> IpAddr {
        IpAddr::from([10, 0, 0, n])
    }

    type Entered = (Arc<Place>, CancellationToken);

    fn enter(places: &Places, n: u8) -> Option<Entered> {
        let cut = CancellationToken::new();
        places.enter(address(n), false, cut.clone()).map(|place| (place, cut))
    }

    #[test]
    fn one_address_pushes_out_its_own_quiet_ones_and_nobody_elses() {
        let places = Places::new(1_000, 4);
        let neighbour = enter(&places, 2).unwrap();
        let held: Vec<Entered> = (0..4).map(|_| enter(&places, 1).unwrap()).collect();
        // The oldest has just been used, so the second has been quiet for longest.
        drop(held[0].0.busy(None).unwrap());
        let fifth = enter(&places, 1).unwrap();
        let cut: Vec<bool> = held.iter().map(|(_, cut)| cut.is_cancelled()).collect();
        assert_eq!(cut, [false, true, false, false]);
        assert!(!neighbour.1.is_cancelled() && !fifth.1.is_cancelled());
        let busy: Vec<Busy> =
            held.iter().map(|(place, _)| place.busy(None).unwrap()).chain([fifth.0.busy(None).unwrap()]).collect();
        assert!(enter(&places, 1).is_none(), "all of them are being answered");
        assert!(enter(&places, 3).is_some());
        drop(busy);
        assert!(enter(&places, 1).is_some());
    }

    #[test]
    fn strangers_who_say_nothing_keep_nobody_out() {
        let places = Places::new(300, 64);
        let served = enter(&places, 200).unwrap();
        let busy = served.0.busy(None);
        let mut held: Vec<Entered> = Vec::new();
        for n in 1..=20 {
            held.extend((0..64).filter_map(|_| enter(&places, n)));
        }
        assert_eq!(held.len(), 20 * 64, "each that comes is let in, and a quieter one goes");
        assert!(!served.1.is_cancelled());
        let late = enter(&places, 201).unwrap();
        assert!(!late.1.is_cancelled());
        assert!(places.inside().all <= 300);
        drop((busy, held, served, late));
        assert_eq!(places.inside().all, 0);
        assert!(places.inside().held.is_empty());
    }

    #[test]
    fn one_behind_a_proxy_holds_no_more_than_one_who_comes_directly() {
        let places = Places::new(1_000, 4);
        let enter = || places.enter(address(1), true, CancellationToken::new()).unwrap();
        let (greedy, other) = (Some(address(7)), Some(address(8)));
        let connections: Vec<_> = (0..6).map(|_| enter()).collect();
        let mut asked: Vec<Busy> = connections[..3].iter().map(|place| place.busy(greedy).unwrap()).collect();
        // One of them becomes a WebSocket, and its request ends.
        connections[3].stay(greedy);
        assert!(connections[4].busy(greedy).is_none());
        assert!(connections[4].busy(other).is_some() && connections[5].busy(None).is_some());
        asked.pop();
        asked.push(connections[4].busy(greedy).unwrap());
        assert!(connections[5].busy(greedy).is_none());
        drop(connections);
        assert_eq!(places.inside().asked[&address(7)], 3, "the WebSocket has ended");
        drop(asked);
        assert!(places.inside().asked.is_empty());
    }

    #[test]
    fn many_people_behind_a_named_proxy_are_not_one() {
        let places = Places::new(1_000, 4);
        let all: Vec<_> = (0..100).map(|_| places.enter(address(1), true, CancellationToken::new()).unwrap()).collect();
        assert_eq!(all.len(), 100);
    }
}
