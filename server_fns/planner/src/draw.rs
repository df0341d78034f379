//! What a decision needs and the world does not hold: random numbers, and host keys that are made of them and signed.

use model::host_key::HostKey;
use model::name::{InstanceName, Username};

pub trait Draw {
    /// Each number is as likely as every other.
    fn bits(&mut self) -> u64;

    /// The host key of a new instance of that name.
    fn host_key(&mut self, name: &InstanceName, owner: &Username) -> HostKey;

    /// The host key that a container has already, with a certificate for that name. The node has the secret half, as it has
    /// of every instance that it is given, so that another key would keep nothing from whoever runs it.
    fn known_host_key(&mut self, name: &InstanceName, owner: &Username, public_key: &str) -> HostKey;
}

/// For decisions that need numbers alone, and for those of which nobody logs in to the instance.
impl<F: FnMut() -> u64> Draw for F {
    fn bits(&mut self) -> u64 {
        self()
    }

    fn host_key(&mut self, _: &InstanceName, _: &Username) -> HostKey {
        HostKey::default()
    }

    fn known_host_key(&mut self, _: &InstanceName, _: &Username, public_key: &str) -> HostKey {
        HostKey { public_key: public_key.to_owned(), ..HostKey::default() }
    }
}

/// Draws until the id is a new one.
pub(crate) fn fresh<I>(draw: &mut dyn Draw, make: fn(u64) -> I, taken: impl Fn(&I) -> bool) -> I {
    loop {
        let id = make(draw.bits());
        if !taken(&id) {
            return id;
        }
    }
}
