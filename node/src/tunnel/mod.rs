//! The way into instances on a node that nothing can reach: the node dials one more socket for each stream.
//!
//! A few sockets stand ready, so that a stream costs one round trip and no handshake. What a socket is for is said on
//! the socket itself; see [`protocol::stream`].

mod dial;
mod measure;
mod serve;
mod share;

use std::sync::Arc;
use std::time::Duration;

use model::version::Epoch;
use protocol::limits::{IDLE_STREAM_AGE, IDLE_STREAMS, STREAMS, STREAMS_OF_INSTANCE, TRANSFERS_OF_INSTANCE};
use protocol::stream::{Ask, Measuring, NotOpened, Opening, Target};
use tokio::io::AsyncReadExt as _;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::server::{Address, ApiKey};
use crate::stream::{Refused, Wire};
pub use serve::Instances;
use share::Shares;
use wire::head;
use wire::meter::Meter;

/// Wishes of the server for more sockets that may wait.
pub const WISHES: usize = 64;
/// Sockets that are dialled for one wish at the most.
const AT_ONCE: u16 = 64;
/// How long a socket may take to be dialled and switched.
const DIAL: Duration = Duration::from_secs(10);
/// The pause after one that failed.
const PAUSE: Duration = Duration::from_secs(1);

/// Everything the tunnel needs.
pub struct Tunnel {
    pub server: Address,
    pub api_key: ApiKey,
    /// In which data sockets are welcome; `None` while the channel is down.
    pub epoch: watch::Receiver<Option<Epoch>>,
    /// How many sockets the server wants besides those that stand ready.
    pub wanted: mpsc::Receiver<u16>,
    pub instances: Instances,
    /// What the link's connections count.
    pub meter: Meter,
    pub shutdown: CancellationToken,
}

/// What each socket works with.
struct Shared {
    server: Address,
    api_key: ApiKey,
    instances: Instances,
    places: Semaphore,
    shares: Shares,
    /// Each of them is a program more that the engine runs.
    transfers: Shares,
    meter: Meter,
    /// One measurement at a time: two would measure each other.
    measuring: Semaphore,
}

impl Tunnel {
    /// Serves streams until the process ends.
    pub async fn run(self) {
        let Self { server, api_key, mut epoch, mut wanted, instances, meter, shutdown } = self;
        let (places, measuring) = (Semaphore::new(STREAMS), Semaphore::new(1));
        let (shares, transfers) = (Shares::new(STREAMS_OF_INSTANCE), Shares::new(TRANSFERS_OF_INSTANCE));
        let shared = Arc::new(Shared { server, api_key, instances, places, shares, transfers, meter, measuring });
        // Streams outlive the channel: each has its own socket, and a moment without the channel cuts nobody off.
        let mut sockets = JoinSet::new();
        loop {
            let now = tokio::select! {
                () = shutdown.cancelled() => return,
                now = epoch.wait_for(Option::is_some) => match now.as_deref() {
                    Ok(Some(now)) => *now,
                    Ok(None) | Err(_) => return,
                },
            };
            let ready = Arc::new(Semaphore::new(IDLE_STREAMS));
            let mut gone = epoch.clone();
            loop {
                let dial = |place| socket(Arc::clone(&shared), now, epoch.clone(), place);
                tokio::select! {
                    () = shutdown.cancelled() => return,
                    _ = gone.wait_for(|newest| *newest != Some(now)) => break,
                    Some(more) = wanted.recv() => {
                        for _ in 0..more.min(AT_ONCE) {
                            sockets.spawn(dial(None));
                        }
                    }
                    Ok(place) = Arc::clone(&ready).acquire_owned() => drop(sockets.spawn(dial(Some(place)))),
                    Some(_ended) = sockets.join_next() => {}
                }
            }
        }
    }
}

/// One socket, from dialling to the end of its stream. It gives its place among the ready ones up when it is used.
async fn socket(
    shared: Arc<Shared>,
    epoch: Epoch,
    mut newest: watch::Receiver<Option<Epoch>>,
    ready: Option<OwnedSemaphorePermit>,
) {
    let (mut wire, early) = match timeout(DIAL, dial::dial(&shared.server, &shared.api_key, epoch, &shared.meter)).await
    {
        Ok(Ok(dialled)) => dialled,
        Ok(Err(why)) => return not_dialled(&why).await,
        Err(_) => return not_dialled("it does not answer").await,
    };
    let mut said = early.chain(&mut wire);
    let ask = tokio::select! {
        ask = head::read::<Ask>(&mut said) => ask,
        () = sleep(IDLE_STREAM_AGE) => return,
        _ = newest.wait_for(|newest| *newest != Some(epoch)) => return,
    };
    match ask {
        Ok(ask) => {
            drop(ready);
            answer(&shared, epoch, wire, ask).await;
        }
        // Its place is kept for a moment, so that a server which closes each at once is not dialled all the time.
        Err(why) => not_dialled(&why.to_string()).await,
    }
}

async fn answer(shared: &Shared, epoch: Epoch, mut wire: Wire, ask: Ask) {
    let Ok(_place) = shared.places.try_acquire() else {
        return serve::refuse(&mut wire, serve::busy("the node")).await;
    };
    match ask {
        Ask::Stream(opening) => stream(shared, epoch, wire, opening).await,
        Ask::Measure(asked) => measure(shared, epoch, wire, asked).await,
    }
}

async fn stream(shared: &Shared, epoch: Epoch, mut wire: Wire, opening: Opening) {
    let Some(_share) = shared.shares.take(opening.instance) else {
        return serve::refuse(&mut wire, serve::busy("the instance")).await;
    };
    let transfer = match &opening.target {
        Target::PutFile { .. } | Target::GetFile { .. } => shared.transfers.take(opening.instance).map(Some),
        Target::Port { .. } | Target::Datagrams { .. } | Target::Terminal { .. } => Some(None),
    };
    let Some(_transfer) = transfer else {
        let why = format!("the instance moves {TRANSFERS_OF_INSTANCE} files already");
        return serve::refuse(&mut wire, Refused(NotOpened::Busy, why)).await;
    };
    if opening.epoch != epoch {
        return serve::refuse(&mut wire, serve::stale("it is of another connection of this node")).await;
    }
    shared.instances.serve(wire, opening).await;
}

async fn measure(shared: &Shared, epoch: Epoch, mut wire: Wire, Measuring { epoch: of, measure }: Measuring) {
    if of != epoch {
        return serve::refuse(&mut wire, serve::stale("it is of another connection of this node")).await;
    }
    // The server may be done with the one before it sooner than this end hears of it.
    let Ok(Ok(turn)) = timeout(measure::TURN, shared.measuring.acquire()).await else {
        let why = "the link is being measured already".to_owned();
        return serve::refuse(&mut wire, Refused(NotOpened::Busy, why)).await;
    };
    if let Err(error) = measure::carry(wire, measure, turn).await {
        tracing::debug!(%error, "a measurement of the link ended early");
    }
}

async fn not_dialled(why: &str) {
    tracing::debug!(why, "a data socket could not be opened");
    sleep(PAUSE).await;
}
