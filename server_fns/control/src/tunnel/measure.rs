//! Measuring what a node's link carries, when a person asks for it.

use std::collections::HashSet;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use model::id::NodeId;
use model::link::{Measurement, Throughput};
use model::refusal::{Refusal, RefusalCode};
use planner::actor::Actor;
use planner::channel::ChannelEvent;
use planner::permission::Action;
use protocol::limits::{MEASURE_TIME, OPENING};
use protocol::measure::BLOCK;
use protocol::stream::{Ask, Measured, Measuring, NotOpened, Opened, Way};
use tokio::time::{Instant, timeout};
use wire::{head, measure};

use super::open::{TRIES, put};
use super::{Socket, Tunnels};

/// How long one direction may take: its time, and that of the first bytes and the last word on a slow link.
const MAX: Duration = Duration::from_secs(MEASURE_TIME.as_secs() + OPENING.as_secs());

/// How long the node's last bytes are waited for once there were enough.
const LAST_BYTES: Duration = Duration::from_secs(1);

/// The links that are being measured: one measurement at a time, or they would measure each other.
#[derive(Clone, Default)]
pub(super) struct Turns(Arc<Mutex<HashSet<NodeId>>>);

struct Turn {
    of: Turns,
    node: NodeId,
}

impl Turns {
    fn take(&self, node: NodeId) -> Option<Turn> {
        self.taken().insert(node).then(|| Turn { of: self.clone(), node })
    }

    fn taken(&self) -> MutexGuard<'_, HashSet<NodeId>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.of.taken().remove(&self.node);
    }
}

impl Tunnels {
    /// Sends over the node's link for a few seconds in each direction, and keeps what it carried for its page.
    ///
    /// # Errors
    /// `Conflict` while the link is measured already; `Unavailable` where the node is away or does not do its part.
    pub async fn measure_link(&self, actor: &Actor, node: NodeId) -> Result<Measurement, Refusal> {
        let name = actor.node(&self.core.world(), Action::ManageNode, node)?.settings.name.clone();
        let _turn = self.measuring.take(node).ok_or_else(|| {
            let message = format!("The link to {name} is being measured already. Wait a few seconds for its result.");
            Refusal::new(RefusalCode::Conflict, message)
        })?;
        let failed = |why: String| {
            let message = format!("The link to {name} could not be measured: {why}. Try again when {name} is online.");
            Refusal::new(RefusalCode::Unavailable, message)
        };
        let to_node = self.one_way(node, Way::ToNode).await.map_err(failed)?;
        let from_node = self.one_way(node, Way::FromNode).await.map_err(failed)?;
        let measurement = Measurement { at: self.core.now().wall, to_node, from_node };
        self.core.orchestrator.hear(node, ChannelEvent::Measured(measurement)).await?;
        Ok(measurement)
    }

    /// The error is a clause that says why not.
    async fn one_way(&self, node: NodeId, way: Way) -> Result<Throughput, String> {
        let socket = self.measuring_socket(node, way).await?;
        let carried = async {
            match way {
                Way::ToNode => to_node(socket).await,
                Way::FromNode => from_node(socket).await,
            }
        };
        match timeout(MAX, carried).await {
            Ok(carried) => carried.map_err(|error| format!("the connection broke off ({error})")),
            Err(_) => Err("almost no bytes came through in time".to_owned()),
        }
    }

    /// As for a stream, several sockets are tried: one that stood ready may have been cut on the way.
    async fn measuring_socket(&self, node: NodeId, way: Way) -> Result<Socket, String> {
        let mut last = String::new();
        for _ in 0..TRIES {
            let (epoch, socket) = self.socket(node).await.map_err(|why| format!("it {why}"))?;
            let ask = Ask::Measure(Measuring { epoch, measure: way });
            match timeout(OPENING, put(socket, &ask)).await {
                Ok(Ok((socket, Opened::Yes))) => return Ok(socket),
                Ok(Ok((_, Opened::No { why: NotOpened::Stale, message }))) => last = message,
                Ok(Ok((_, Opened::No { message, .. }))) => return Err(message),
                Ok(Ok((_, Opened::HandedOver))) => {
                    return Err("its node handed over a connection that nobody asked for".to_owned());
                }
                Ok(Err(error)) => last = format!("it closes the connection ({error}), as an older node program does"),
                Err(_) => last = "it does not answer".to_owned(),
            }
        }
        Err(last)
    }
}

/// The node counts. It can make its own figures wrong and nothing else: no more arrived than was sent, and in no more
/// time than passed here.
async fn to_node(socket: Socket) -> io::Result<Throughput> {
    let mut filler = [0; BLOCK];
    getrandom::fill(&mut filler).map_err(io::Error::other)?;
    // What is still on its way when the node has counted enough is of no use to anybody.
    socket2::SockRef::from(socket.get_ref().tcp()).set_linger(Some(Duration::ZERO))?;
    let (mut answer, mut stream) = tokio::io::split(socket);
    let (mut sent, begun) = (0, Instant::now());
    let sending = async {
        measure::send(&mut stream, &mut filler, |bytes| sent = bytes).await?;
        // The answer ends it.
        std::future::pending::<io::Result<()>>().await
    };
    let measured: Measured = tokio::select! {
        measured = head::read(&mut answer) => measured?,
        broken = sending => return Err(broken.err().unwrap_or_else(|| io::ErrorKind::BrokenPipe.into())),
    };
    let micros = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
    Ok(Throughput::new(measured.bytes.min(sent), measured.micros.min(micros)))
}

async fn from_node(mut socket: Socket) -> io::Result<Throughput> {
    let Measured { bytes, micros } = measure::receive(&mut socket).await?;
    // What was sent by then may still come, so that the connection ends in order.
    measure::drain(&mut socket, LAST_BYTES).await;
    Ok(Throughput::new(bytes, micros))
}
