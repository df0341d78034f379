//! Node-owned host ports: the node listens, and carries each connection to the instance's container.
//!
//! The engine publishes nothing. So ports can change while an instance runs, the node's firewall applies to
//! them as to any program, and a container need not know its ports when it is made.

mod block;
pub(crate) mod datagrams;
mod refuse;
mod relay;

use block::BlockPort;
pub(crate) use relay::dial;

use std::collections::{BTreeMap, HashMap};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared, join_all};
use model::forward::{Forward, ForwardKey, Unopened};
use model::id::InstanceId;
use model::listening::{first_kept, is_kept};
use model::port::{ContainerPort, HostPort, PortBlock};
use tokio::sync::{Semaphore, watch};
use wire::listen::Listening;
use wire::newcomers::Newcomers;

/// Connections and exchanges of datagrams that one instance may hold on all of its host ports together.
pub const CONNECTIONS_PER_INSTANCE: usize = 512;
/// Why a number is not opened that the main server has on this machine.
const KEPT: &str = "it is where the DockHost server of this machine listens";
/// For each direction of a connection.
pub(crate) const BUFFER: usize = 64 << 10;

/// Where an instance's container is now; `None` while it does not run.
pub(crate) type Target = watch::Receiver<Option<IpAddr>>;

/// A host port of the block cannot be listened on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("host port {} cannot be listened on: {reason}", port.0)]
pub struct PortsTaken {
    pub port: HostPort,
    /// As the system put it, such as `Address already in use`.
    pub reason: String,
}

/// The host ports of this node's instances. Clones share them; dropping the last one closes everything.
#[derive(Clone)]
pub struct Forwards {
    bind: IpAddr,
    table: Arc<Mutex<Table>>,
}

#[derive(Default)]
struct Table {
    open: HashMap<InstanceId, Open>,
    /// Closed, and perhaps not yet gone. Several may wait for one, and it ends also when nobody waits any longer.
    closing: Vec<Shared<BoxFuture<'static, ()>>>,
    /// Where the main server listens on this machine; see `Assignment::kept`.
    kept: Vec<SocketAddr>,
}

struct Open {
    block: PortBlock,
    target: watch::Sender<Option<IpAddr>>,
    places: Arc<Semaphore>,
    newcomers: Newcomers,
    ports: Vec<BlockPort>,
    singles: BTreeMap<ForwardKey, Single>,
}

/// One host port beside the block.
struct Single {
    forward: Forward,
    listening: Listening,
}

impl Forwards {
    /// Will listen on this address; `0.0.0.0` is every IPv4 address of the node.
    pub fn new(bind: IpAddr) -> Self {
        Self { bind, table: Arc::default() }
    }

    /// Leaves these addresses to the main server from now on, also while nothing listens there.
    pub fn keep(&self, addresses: &[SocketAddr]) {
        self.table().kept = addresses.to_vec();
    }

    /// Holds all host ports of the block or none, and listens on those that are not `closed`. The block that the instance
    /// holds already is left as it is; another one is given up first. Until it has a target, callers are told that it does not run.
    pub async fn open(
        &self,
        instance: InstanceId,
        block: PortBlock,
        closed: &[ContainerPort],
    ) -> Result<(), PortsTaken> {
        if self.table().open.get(&instance).is_none_or(|open| open.block != block) {
            self.close(instance);
            self.closed().await;
            if let Some(kept) = first_kept(&self.table().kept, self.bind, block.range()) {
                return Err(PortsTaken { port: HostPort(kept.port()), reason: KEPT.to_owned() });
            }
            let ports = block::hold(self.bind, block)?;
            let (target, places) = (watch::channel(None).0, Arc::new(Semaphore::new(CONNECTIONS_PER_INSTANCE)));
            let newcomers = Newcomers::default();
            let open = Open { block, target, places, newcomers, ports, singles: BTreeMap::new() };
            self.table().open.insert(instance, open);
        }
        let opened = self.set_doors(instance, closed).await;
        if opened.is_err() {
            self.close(instance);
        }
        opened
    }

    /// Closes these host ports of the block, with their connections, and opens its others. Those that are as they shall be
    /// are left alone.
    pub async fn set_doors(&self, instance: InstanceId, closed: &[ContainerPort]) -> Result<(), PortsTaken> {
        let opened = self.turn(instance, closed);
        self.closed().await;
        opened
    }

    fn turn(&self, instance: InstanceId, closed: &[ContainerPort]) -> Result<(), PortsTaken> {
        let mut table = self.table();
        let Table { open, closing, .. } = &mut *table;
        let Some(open) = open.get_mut(&instance) else { return Ok(()) };
        let is_closed = |port: &BlockPort| closed.contains(&port.container);
        for port in open.ports.iter_mut().filter(|port| is_closed(port) && port.is_open()) {
            closing.extend(port.close().map(ending));
        }
        for port in open.ports.iter_mut().filter(|port| !is_closed(port) && !port.is_open()) {
            port.open(open.target.subscribe(), Arc::clone(&open.places), open.newcomers.clone())?;
        }
        Ok(())
    }

    /// The container ports of the instance's block whose host ports are held and not listened on.
    pub fn shut(&self, instance: InstanceId) -> Vec<ContainerPort> {
        let table = self.table();
        let ports = table.open.get(&instance).map(|open| open.ports.as_slice()).unwrap_or_default();
        ports.iter().filter(|port| !port.is_open()).map(|port| port.container).collect()
    }

    /// Listens on these host ports beside the block and on no others; those that are as they were are left alone. What
    /// cannot be listened on is told, and keeps none of the others.
    pub async fn set(&self, instance: InstanceId, wanted: &[Forward]) -> Vec<Unopened> {
        self.close_singles(instance, |known| !wanted.contains(known));
        self.closed().await;
        let mut unopened = Vec::new();
        let mut table = self.table();
        let Table { open, kept, .. } = &mut *table;
        let Some(open) = open.get_mut(&instance) else { return unopened };
        for forward in wanted {
            let key = forward.key();
            if open.singles.contains_key(&key) {
                continue;
            }
            if forward.listen_address(self.bind).is_ok_and(|address| is_kept(kept, address, forward.host)) {
                unopened.push(Unopened { key, reason: KEPT.to_owned(), taken: true });
                continue;
            }
            let (port, places, target) = (forward.container, Arc::clone(&open.places), open.target.subscribe());
            let of_datagrams = target.clone();
            let newcomers = open.newcomers.clone();
            let connection = move |client| relay::carry(client, port, target.clone(), newcomers.clone());
            let datagrams = move |flow| datagrams::relay(flow, port, of_datagrams.clone());
            match wire::forward::open(forward, self.bind, places, connection, datagrams) {
                Ok(listening) => drop(open.singles.insert(key, Single { forward: forward.clone(), listening })),
                Err(why) => unopened.push(why),
            }
        }
        unopened
    }

    /// Where the instance's container is now; `None` when it does not run. Connections to another address than
    /// this one are closed.
    pub fn set_target(&self, instance: InstanceId, target: Option<IpAddr>) {
        if let Some(open) = self.table().open.get(&instance) {
            open.target.send_if_modified(|now| std::mem::replace(now, target) != target);
        }
    }

    /// Follows where the instance's container is; `None` while the instance holds no host ports.
    pub fn target(&self, instance: InstanceId) -> Option<Target> {
        self.table().open.get(&instance).map(|open| open.target.subscribe())
    }

    /// Gives the instance's host ports back and closes its connections.
    pub fn close(&self, instance: InstanceId) {
        self.close_singles(instance, |_| true);
        let mut table = self.table();
        if let Some(open) = table.open.remove(&instance) {
            // The socket of each goes with it, so that its number is free once what listens on it has ended.
            table.closing.extend(open.ports.into_iter().filter_map(|mut port| port.close().map(ending)));
        }
    }

    pub fn open_blocks(&self) -> Vec<(InstanceId, PortBlock)> {
        self.table().open.iter().map(|(instance, open)| (*instance, open.block)).collect()
    }

    fn close_singles(&self, instance: InstanceId, which: impl Fn(&Forward) -> bool) {
        let mut table = self.table();
        let Some(open) = table.open.get_mut(&instance) else { return };
        let closed: Vec<_> = open.singles.extract_if(.., |_, single| which(&single.forward)).collect();
        for (_, single) in closed {
            table.closing.push(ending(single.listening));
        }
    }

    /// Waits until what was closed has given its host ports back.
    async fn closed(&self) {
        let closing = self.table().closing.clone();
        join_all(closing).await;
        self.table().closing.retain(|ending| ending.peek().is_none());
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn ending(mut listening: Listening) -> Shared<BoxFuture<'static, ()>> {
    listening.stop();
    listening.ended().boxed().shared()
}

#[cfg(test)]
mod single_tests;
#[cfg(test)]
mod tests;
