//! Opening one stream.

use std::time::Duration;

use model::id::{InstanceId, NodeId};
use model::instance::DesiredState;
use model::version::Epoch;
use planner::credentials::node_is_let_in;
use planner::rollup::is_paused;
use planner::world::{Instance, World};
use protocol::limits::{OPENING, PATIENCE};
use protocol::stream::{Ask, NotOpened, Opened, Opening, Target};
use tokio::time::timeout;

use super::{Socket, Tunnels};
use wire::meter::{Ends, Metered};
use wire::{alive, head};

use super::nearby::{Nearby, Promise};
use super::stream::{Lease, Stream};

/// How long a node may take to open a data connection. A sentence below names it.
const SOCKET: Duration = Duration::from_secs(10);
/// Sockets that are tried for one stream: one that stood ready may have been cut by a router on the way.
pub(super) const TRIES: usize = 3;

/// Why there is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoStream {
    /// It is not wished to run, or its container does not.
    #[error("{0}")]
    NotRunning(String),
    /// It runs, and somebody paused its container on its node.
    #[error("{0}")]
    Paused(String),
    /// Nothing listens on that port.
    #[error("{0}")]
    NotListening(String),
    #[error("{0}")]
    Undeclared(String),
    /// Its node is not connected, or does not do its part.
    #[error("{0}")]
    NodeAway(String),
}

impl Tunnels {
    /// A stream to what is declared for the instance. Whether the asker may have it was decided before.
    pub(crate) async fn open_stream(&self, id: InstanceId, target: Target) -> Result<Stream, NoStream> {
        let mut last = NoStream::NodeAway("its node does not answer".to_owned());
        for _ in 0..TRIES {
            let world = self.core.world();
            let instance = running(&world, id)?;
            let socket = self.socket(instance.node).await.map_err(|why| {
                let name = world.nodes.get(&instance.node).map(|node| node.settings.name.as_str()).unwrap_or_default();
                NoStream::NodeAway(format!("its node {name} {why}"))
            })?;
            let near = self.nearby.as_ref().filter(|_| is_port(&target) && socket.1.get_ref().is_near());
            let (promise, handover) = near.and_then(Nearby::promise).unzip();
            let ask = Ask::Stream(Opening {
                epoch: socket.0,
                instance: id,
                incarnation: instance.incarnation,
                generation: instance.generation,
                target: target.clone(),
                handover,
            });
            match timeout(OPENING + PATIENCE, put(socket.1, &ask)).await {
                Ok(Ok((socket, Opened::Yes))) => return Ok(Stream { socket, lease: Lease(None) }),
                Ok(Ok((asked_on, Opened::HandedOver))) => match arrived(promise).await {
                    Some(socket) => return Ok(Stream { socket, lease: Lease(Some(asked_on)) }),
                    None => tracing::warn!(node = %instance.node, "a connection that was handed over did not arrive"),
                },
                Ok(Ok((_, Opened::No { why, message }))) => match meaning(why, message) {
                    Ok(why) => return Err(why),
                    Err(stale) => last = stale,
                },
                Ok(Err(error)) => tracing::debug!(node = %instance.node, %error, "a data socket was dead"),
                Err(_) => return Err(last),
            }
        }
        Err(last)
    }

    /// Waits until the instance is no longer wished to run, or its node may carry nothing any more.
    pub(crate) async fn no_longer_wanted(&self, id: InstanceId) {
        let mut worlds = self.core.orchestrator.watch();
        let wanted = |world: &World| {
            world.instances.get(&id).is_some_and(|row| row.desired == DesiredState::Running && is_carried(world, row))
        };
        // Without a world the server is stopping.
        let _ = worlds.wait_for(|world| !wanted(world)).await;
    }

    /// A socket on which the node waits to be asked. The error says of the node why there is none.
    pub(super) async fn socket(&self, node: NodeId) -> Result<(Epoch, Socket), &'static str> {
        let (epoch, promised) = self.take(node).ok_or("is not connected")?;
        match timeout(SOCKET, promised).await {
            Ok(Ok(socket)) => {
                let ends = Ends::of(socket.tcp());
                Ok((epoch, self.meter(node).metered(socket, ends)))
            }
            Ok(Err(_)) => Err("has just lost its connection"),
            Err(_) => Err("did not open a data connection within 10 s"),
        }
    }
}

/// Whether a stream into it may go on. Those through a node outlive its channel; where the node's key opens nothing any more,
/// they end with it.
pub(crate) fn is_carried(world: &World, instance: &Instance) -> bool {
    world.nodes.get(&instance.node).is_some_and(|node| node_is_let_in(world, node))
}

const fn is_port(target: &Target) -> bool {
    matches!(target, Target::Port { .. })
}

/// The connection that the node says it handed over.
async fn arrived(promise: Option<Promise<'_>>) -> Option<Socket> {
    let socket = promise?.kept().await?;
    // The node is out of the way, so this end notices by itself when the other is gone.
    alive::watch(&socket).ok()?;
    // It never was on the node's link.
    Some(Metered::uncounted(socket.into()))
}

fn running(world: &World, id: InstanceId) -> Result<&Instance, NoStream> {
    let not_running = |name: &str, why| NoStream::NotRunning(format!("{name} {why}"));
    let instance = world.instances.get(&id).ok_or_else(|| not_running("the instance", "is gone"))?;
    let name = instance.spec.name.as_str();
    match instance.desired {
        DesiredState::Running if is_paused(&instance.report.observed) => Err(NoStream::Paused(format!(
            "{name} is paused: somebody ran `docker pause` on its node, and `docker unpause` there lets it go on"
        ))),
        DesiredState::Running => Ok(instance),
        DesiredState::Stopped => Err(not_running(name, "is stopped")),
        DesiredState::Deleted => Err(not_running(name, "is being deleted")),
    }
}

pub(super) async fn put(mut socket: Socket, ask: &Ask) -> std::io::Result<(Socket, Opened)> {
    head::write(&mut socket, ask).await?;
    let opened = head::hear(&mut socket).await?;
    Ok((socket, opened))
}

/// `Err` when asking again can succeed at once, because the wish or the connection has changed meanwhile.
fn meaning(why: NotOpened, message: String) -> Result<NoStream, NoStream> {
    match why {
        NotOpened::Stale => Err(NoStream::NodeAway(message)),
        NotOpened::NotHere | NotOpened::NotRunning => Ok(NoStream::NotRunning(message)),
        NotOpened::NotListening => Ok(NoStream::NotListening(message)),
        NotOpened::Undeclared => Ok(NoStream::Undeclared(message)),
        NotOpened::Busy | NotOpened::Engine => Ok(NoStream::NodeAway(message)),
    }
}
