//! The host ports of a block: all are held, and those that are not closed are listened on.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use model::port::{ContainerPort, HostPort, PortBlock};
use tokio::sync::Semaphore;
use wire::door::Door;
use wire::listen::{self, Listening};
use wire::newcomers::Newcomers;

use super::{PortsTaken, Target, relay};

/// One host port of a block.
pub(super) struct BlockPort {
    host: HostPort,
    pub(super) container: ContainerPort,
    door: Door,
    /// Accepts and carries; `None` while it is closed.
    carrying: Option<Listening>,
}

/// All three or none: what was held before a failure is given back on return. Nothing listens yet.
pub(super) fn hold(bind: IpAddr, block: PortBlock) -> Result<Vec<BlockPort>, PortsTaken> {
    block
        .bindings()
        .map(|binding| {
            let door = Door::bind(SocketAddr::new(bind, binding.host.0))
                .map_err(|error| PortsTaken { port: binding.host, reason: error.to_string() })?;
            Ok(BlockPort { host: binding.host, container: binding.container, door, carrying: None })
        })
        .collect()
}

impl BlockPort {
    pub(super) const fn is_open(&self) -> bool {
        self.carrying.is_some()
    }

    pub(super) fn open(
        &mut self,
        target: Target,
        places: Arc<Semaphore>,
        newcomers: Newcomers,
    ) -> Result<(), PortsTaken> {
        let port = self.container;
        let opened = self.door.open();
        let listener = opened.map_err(|error| PortsTaken { port: self.host, reason: error.to_string() })?;
        let carry = move |client| relay::carry(client, port, target.clone(), newcomers.clone());
        self.carrying = Some(Listening::spawn(|stop| listen::accept(listener, places, |_| true, carry, stop)));
        Ok(())
    }

    /// Nobody gets in any more; the answer is what its connections live in, and ends with it.
    pub(super) fn close(&mut self) -> Option<Listening> {
        let mut carrying = self.carrying.take();
        carrying.iter_mut().for_each(Listening::stop);
        if let Err(error) = self.door.close() {
            tracing::error!(port = self.host.0, %error, "a host port could not be closed");
        }
        carrying
    }
}
