//! What this machine's system counts on the connections of one link: how much was sent, and how much of it again.
//!
//! A program on the way that takes connections and makes its own, such as a reverse proxy, ends the link that is counted
//! here: what is lost behind it is not seen.

mod diag;
mod metered;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use model::link::Counted;
use tokio::net::TcpStream;

use diag::Diag;
pub use metered::Metered;

/// By which a connection is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ends {
    pub local: SocketAddr,
    pub peer: SocketAddr,
}

impl Ends {
    /// `None` of a connection that is gone.
    pub fn of(socket: &TcpStream) -> Option<Self> {
        Some(Self { local: socket.local_addr().ok()?, peer: socket.peer_addr().ok()? })
    }
}

/// The connections of one link.
#[derive(Debug, Clone, Default)]
pub struct Meter {
    known: Arc<Mutex<Known>>,
}

#[derive(Debug, Default)]
struct Known {
    /// What connections that ended had counted.
    ended: Counted,
    open: HashMap<Ends, Counted>,
    /// The system told of a connection at least once.
    told: bool,
}

/// A connection is counted until this is dropped, which should come before its end: then nothing can be asked any more.
#[derive(Debug)]
pub struct Entry {
    of: Meter,
    ends: Ends,
}

impl Meter {
    pub fn watch(&self, ends: Ends) -> Entry {
        self.known().open.insert(ends, Counted::default());
        Entry { of: self.clone(), ends }
    }

    /// The stream, counted until it is dropped.
    pub fn metered<S>(&self, stream: S, ends: Option<Ends>) -> Metered<S> {
        Metered::new(ends.map(|ends| self.watch(ends)), stream)
    }

    /// What all of them have counted; `None` where the system does not tell. It asks the system once for each that is open,
    /// which takes microseconds.
    pub fn read(&self) -> Option<Counted> {
        let open: Vec<Ends> = self.known().open.keys().copied().collect();
        if let Ok(diag) = Diag::open() {
            for ends in open {
                self.renew(&diag, ends);
            }
        }
        let known = self.known();
        let mut all = known.ended;
        known.open.values().for_each(|counted| all += *counted);
        known.told.then_some(all)
    }

    /// Whether there is none that is counted.
    pub fn is_idle(&self) -> bool {
        self.known().open.is_empty()
    }

    /// A connection of which the system no longer tells keeps what was last known of it. The system answers while nobody
    /// else asks: an older answer that came in later would count backwards.
    fn renew(&self, diag: &Diag, ends: Ends) {
        let mut known = self.known();
        let Ok(Some(now)) = diag.ask(ends) else { return };
        known.told = true;
        if let Some(counted) = known.open.get_mut(&ends) {
            *counted = now;
        }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entry {
    fn renew(&self) {
        if let Ok(diag) = Diag::open() {
            self.of.renew(&diag, self.ends);
        }
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.renew();
        let mut known = self.of.known();
        if let Some(counted) = known.open.remove(&self.ends) {
            known.ended += counted;
        }
    }
}

#[cfg(test)]
mod tests;
