//! Streams into instances, over sockets that their nodes dialled. It knows sockets and not what they are for.

mod accept;
mod measure;
pub(crate) mod nearby;
mod open;
mod pool;
mod reach;
mod stream;

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use model::id::NodeId;
use model::version::Epoch;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;
use wire::meter::{Meter, Metered};

use crate::core::Core;
use crate::http::listen::Wire;
pub(crate) use accept::accept;
use measure::Turns;
use nearby::Nearby;
pub(crate) use open::{NoStream, is_carried};
use pool::Pool;
pub(crate) use stream::Stream;

/// One data socket in use, counted on its link.
pub(crate) type Socket = Metered<Wire>;

/// The data sockets of every connected node.
pub struct Tunnels {
    core: Core,
    pools: Mutex<HashMap<NodeId, Pool>>,
    /// What the connections of each link count. One outlives its channel where streams do.
    meters: Mutex<HashMap<NodeId, Meter>>,
    measuring: Turns,
    /// None: no node can be on this machine.
    nearby: Option<Nearby>,
}

impl Tunnels {
    pub(crate) fn new(core: Core, nearby: Option<Nearby>) -> Self {
        Self { core, pools: Mutex::default(), meters: Mutex::default(), measuring: Turns::default(), nearby }
    }

    /// A connection of the node was welcomed. What is received says how many sockets its node shall dial besides
    /// those it keeps ready; the meter counts the link's connections.
    pub(crate) fn connected(&self, node: NodeId, epoch: Epoch) -> (mpsc::Receiver<u16>, Meter) {
        let (pool, wanted) = Pool::new(epoch);
        self.pools().insert(node, pool);
        (wanted, self.meter(node))
    }

    /// The connection of that epoch ended. Streams that are open go on; none is opened any more.
    pub(crate) fn disconnected(&self, node: NodeId, epoch: Epoch) {
        let mut pools = self.pools();
        if pools.get(&node).is_some_and(|pool| pool.epoch == epoch) {
            pools.remove(&node);
            let mut meters = self.meters();
            if meters.get(&node).is_some_and(Meter::is_idle) {
                meters.remove(&node);
            }
        }
    }

    /// A socket of the node is ready. One of another epoch is closed.
    fn arrived(&self, node: NodeId, epoch: Epoch, socket: Wire) {
        if let Some(pool) = self.pools().get_mut(&node).filter(|pool| pool.epoch == epoch) {
            pool.arrived(socket);
        }
    }

    /// The node was heard on the connection of that epoch: a good moment to let go of what has stood ready for too long.
    pub(crate) fn heard(&self, node: NodeId, epoch: Epoch) {
        if let Some(pool) = self.pools().get_mut(&node).filter(|pool| pool.epoch == epoch) {
            pool.tidy(Instant::now());
        }
    }

    /// A ready socket of the node, or the promise of one.
    fn take(&self, node: NodeId) -> Option<(Epoch, oneshot::Receiver<Wire>)> {
        self.pools().get_mut(&node).map(|pool| (pool.epoch, pool.take()))
    }

    fn meter(&self, node: NodeId) -> Meter {
        self.meters().entry(node).or_default().clone()
    }

    fn meters(&self) -> MutexGuard<'_, HashMap<NodeId, Meter>> {
        self.meters.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pools(&self) -> MutexGuard<'_, HashMap<NodeId, Pool>> {
        self.pools.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
