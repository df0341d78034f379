//! Who has just come to an instance's sshd by a host port, and so perhaps will never log in. An sshd has few places for those,
//! and to it all come from the node's own address: so that nobody takes all of them is seen to here, where the addresses are known.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use model::port::ContainerPort;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use crate::listen::network_of;

/// As long as the sshd of an instance waits for a login (`LoginGraceTime` of the images).
const LOGIN_GRACE: Duration = Duration::from_secs(20);
/// Of all addresses. An instance has one count on its node and one on the server, and both together are below the number at
/// which its sshd begins to turn callers away (`MaxStartups` of the images).
pub const MAX: usize = 96;
/// Who waits holds one of the instance's connections, which its other ports need as well: how many of one address may wait,
/// and how many of all.
const WAITING_OF_ONE: usize = 16;
const WAITING: usize = 64;
/// How long somebody waits for a place, and how often they look for one.
const PATIENCE: Duration = Duration::from_secs(10);
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// The newcomers of one instance, on whichever of its host ports. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Newcomers(Arc<Mutex<Inside>>);

#[derive(Debug, Default)]
struct Inside {
    /// The oldest first.
    held: Vec<Held>,
    next: u64,
    waiting: Vec<IpAddr>,
}

#[derive(Debug)]
struct Held {
    id: u64,
    address: IpAddr,
    came: Instant,
    cut: CancellationToken,
}

/// One connection's place; dropping it frees it.
#[derive(Debug)]
struct Newcomer {
    all: Newcomers,
    id: u64,
    cut: CancellationToken,
}

impl Newcomers {
    /// Runs `carried` while the caller has a place; other ports than that of the sshd need none. False if it got none in time,
    /// or if too many wait already.
    pub async fn carry(&self, caller: IpAddr, port: ContainerPort, carried: impl Future<Output = ()>) -> bool {
        if port != ContainerPort::SSH {
            carried.await;
            return true;
        }
        let Some(newcomer) = self.enter(caller).await else { return false };
        tokio::select! {
            () = carried => {}
            () = newcomer.cut.cancelled() => {}
        }
        true
    }

    async fn enter(&self, address: IpAddr) -> Option<Newcomer> {
        if let Some(entered) = self.try_enter(address, Instant::now()) {
            return Some(entered);
        }
        let _waiting = self.wait(address)?;
        let until = Instant::now() + PATIENCE;
        loop {
            let now = Instant::now();
            match self.try_enter(address, now) {
                None if now < until => sleep(LOOK_AGAIN).await,
                entered => return entered,
            }
        }
    }

    /// When all places are taken, the oldest of the address that holds the most gives its up to one that holds fewer; and
    /// whoever holds the most themselves has to wait.
    fn try_enter(&self, address: IpAddr, now: Instant) -> Option<Newcomer> {
        let address = network_of(address);
        let mut inside = self.inside();
        inside.held.retain(|one| now < one.came + LOGIN_GRACE);
        if inside.held.len() >= MAX {
            let at = inside.oldest_of_one_with_more(address)?;
            inside.held.remove(at).cut.cancel();
        }
        let (id, cut) = (inside.next, CancellationToken::new());
        inside.next += 1;
        inside.held.push(Held { id, address, came: now, cut: cut.clone() });
        Some(Newcomer { all: self.clone(), id, cut })
    }

    fn wait(&self, address: IpAddr) -> Option<Waiting> {
        let address = network_of(address);
        let mut inside = self.inside();
        let own = inside.waiting.iter().filter(|one| **one == address).count();
        if own >= WAITING_OF_ONE || inside.waiting.len() >= WAITING {
            return None;
        }
        inside.waiting.push(address);
        Some(Waiting { all: self.clone(), address })
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inside {
    fn oldest_of_one_with_more(&self, address: IpAddr) -> Option<usize> {
        let mut counts = HashMap::<IpAddr, usize>::new();
        for one in &self.held {
            *counts.entry(one.address).or_default() += 1;
        }
        let own = counts.get(&address).copied().unwrap_or_default();
        let (greediest, most) = counts.into_iter().max_by_key(|(_, count)| *count)?;
        if most <= own + 1 {
            return None;
        }
        self.held.iter().position(|one| one.address == greediest)
    }
}

/// Somebody who waits; dropping it ends that.
struct Waiting {
    all: Newcomers,
    address: IpAddr,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let waiting = &mut self.all.inside().waiting;
        if let Some(at) = waiting.iter().position(|one| *one == self.address) {
            waiting.swap_remove(at);
        }
    }
}

impl Drop for Newcomer {
    fn drop(&mut self) {
        self.all.inside().held.retain(|one| one.id != self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(n: u8) -> IpAddr {
        IpAddr::from([10, 0, 0, n])
    }

    #[test]
    fn a_scanner_keeps_nobody_else_out_and_waits_itself() {
        let (all, now) = (Newcomers::default(), Instant::now());
        let scanner: Vec<_> = (0..MAX).map_while(|_| all.try_enter(address(1), now)).collect();
        assert_eq!(scanner.len(), MAX);
        assert!(all.try_enter(address(1), now).is_none(), "it has all places and takes one more");
        let owner = all.try_enter(address(2), now).unwrap();
        assert!(scanner[0].cut.is_cancelled() && !scanner[1].cut.is_cancelled() && !owner.cut.is_cancelled());
        assert!(all.inside().held.len() <= MAX);
    }

    #[test]
    fn places_come_free_when_a_connection_ends_and_when_it_is_no_newcomer_any_more() {
        let (all, now) = (Newcomers::default(), Instant::now());
        let mut held: Vec<_> = (0..MAX).map_while(|_| all.try_enter(address(1), now)).collect();
        held.pop();
        assert!(all.try_enter(address(1), now).is_some(), "one has ended");
        let later = now + LOGIN_GRACE;
        let more: Vec<_> = (0..MAX).map_while(|_| all.try_enter(address(1), later)).collect();
        assert_eq!(more.len(), MAX);
        assert!(held.iter().all(|one| !one.cut.is_cancelled()), "who has stayed so long is cut by nobody");
        drop(held);
        assert_eq!(all.inside().held.len(), MAX);
        drop(more);
        assert!(all.inside().held.is_empty());
    }

    #[test]
    fn few_wait_so_that_the_other_ports_of_the_instance_go_on() {
        let all = Newcomers::default();
        let mut of_one: Vec<_> = (0..100).map_while(|_| all.wait(address(1))).collect();
        assert_eq!(of_one.len(), WAITING_OF_ONE);
        let of_others: Vec<_> = (2..250).filter_map(|n| all.wait(address(n))).collect();
        assert_eq!(of_one.len() + of_others.len(), WAITING);
        of_one.pop();
        assert!(all.wait(address(1)).is_some(), "one has stopped waiting");
        drop((of_one, of_others));
        assert!(all.inside().waiting.is_empty());
    }

    #[test]
    fn many_addresses_share_the_places() {
        let (all, now) = (Newcomers::default(), Instant::now());
        let places = u8::try_from(MAX).unwrap();
        let held: Vec<_> = (0..places).filter_map(|n| all.try_enter(address(n), now)).collect();
        assert_eq!(held.len(), MAX);
        assert!(all.try_enter(address(250), now).is_none(), "nobody holds more than they would");
        assert!(all.try_enter("::ffff:10.0.0.1".parse().unwrap(), now).is_none(), "it is one that is inside");
    }
}
