//! What decisions draw: random numbers of the system, and host keys that the installation signs.

use std::sync::Arc;

use model::host_key::HostKey;
use model::name::{InstanceName, Username};
use planner::draw::Draw;

use crate::authority::Authority;
use crate::random;

pub(super) struct Source(pub(super) Arc<Authority>);

impl Draw for Source {
    fn bits(&mut self) -> u64 {
        random::bits64().expect("the operating system gives random numbers")
    }

    fn host_key(&mut self, name: &InstanceName, owner: &Username) -> HostKey {
        self.0.make_host_key(name, owner)
    }

    fn known_host_key(&mut self, name: &InstanceName, owner: &Username, public_key: &str) -> HostKey {
        self.0.keep_host_key(name, owner, public_key)
    }
}
