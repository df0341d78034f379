//! What a client has asked its instance to send back to it. Whoever holds an instance may run any program in place of its
//! sshd, so what was not asked for is not carried.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::limits::FORWARDS;

/// Shared by the client's end and the instance's.
#[derive(Clone, Default)]
pub(super) struct ForwardRequests(Arc<Mutex<Requests>>);

#[derive(Default)]
struct Requests {
    ports: BTreeSet<u32>,
    sockets: BTreeSet<String>,
    agent: bool,
}

impl Requests {
    fn has_room(&self) -> bool {
        self.ports.len() + self.sockets.len() < FORWARDS
    }
}

impl ForwardRequests {
    /// Whether there is room for one more.
    pub(super) fn port(&self, port: u32) -> bool {
        let mut wanted = self.wanted();
        let room = wanted.has_room();
        if room {
            wanted.ports.insert(port);
        }
        room
    }

    pub(super) fn socket(&self, path: &str) -> bool {
        let mut wanted = self.wanted();
        let room = wanted.has_room();
        if room {
            wanted.sockets.insert(path.to_owned());
        }
        room
    }

    pub(super) fn agent(&self) {
        self.wanted().agent = true;
    }

    pub(super) fn no_port(&self, port: u32) {
        self.wanted().ports.remove(&port);
    }

    pub(super) fn no_socket(&self, path: &str) {
        self.wanted().sockets.remove(path);
    }

    /// Programs disagree on how they write the address that they listened on; the number is what was asked for.
    pub(super) fn has_port(&self, port: u32) -> bool {
        self.wanted().ports.contains(&port)
    }

    pub(super) fn has_socket(&self, path: &str) -> bool {
        self.wanted().sockets.contains(path)
    }

    pub(super) fn has_agent(&self) -> bool {
        self.wanted().agent
    }

    fn wanted(&self) -> MutexGuard<'_, Requests> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
