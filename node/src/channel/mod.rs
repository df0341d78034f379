//! The node's socket to the server: dialled, greeted, kept alive, dialled again.
//!
//! It carries frames and decides nothing. What the server says arrives as [`FromChannel`]; what the node
//! has to say is put into the [`Outbox`].

mod link;
mod pause;

use std::time::Duration;

use agent::reports::Outgoing;
use model::id::ClusterId;
use model::node::NodeFacts;
use model::version::{Epoch, Era, Generation};
use protocol::limits;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use crate::event::{Event, FromChannel};
use crate::server::{Address, ApiKey};
use link::Ended;
use pause::Pause;
use wire::meter::Meter;

/// Reports that wait to be sent; when it is full, what changed is kept and told later.
pub const OUTBOX: usize = 8;

/// What the channel tells the tunnel: the epoch in which data sockets are welcome, and how many are wanted.
#[derive(Debug, Clone)]
pub struct Dials {
    pub epoch: watch::Sender<Option<Epoch>>,
    pub wanted: mpsc::Sender<u16>,
}

/// What the node says of itself in a greeting and with every heartbeat.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Introduction {
    pub machine: String,
    pub cluster: Option<ClusterId>,
    pub era: Era,
    pub generation: Generation,
    pub facts: NodeFacts,
}

/// How long things may take. Tests use shorter times than [`Timing::default`].
#[derive(Debug, Clone, Copy)]
pub struct Timing {
    pub heartbeat: Duration,
    /// A server that is silent for this long is no longer there.
    pub lease: Duration,
    pub greeting: Duration,
    pub reconnect_first: Duration,
    pub reconnect_most: Duration,
    /// The pause after a refusal that only a person can lift, such as a wrong key.
    pub refused: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            heartbeat: limits::HEARTBEAT,
            lease: limits::LEASE,
            greeting: limits::GREETING,
            reconnect_first: limits::RECONNECT_FIRST,
            reconnect_most: limits::RECONNECT_MAX,
            refused: Duration::from_secs(60),
        }
    }
}

/// Everything one channel needs.
pub struct Channel {
    pub server: Address,
    pub api_key: ApiKey,
    pub timing: Timing,
    pub standing: watch::Receiver<Introduction>,
    pub outbox: mpsc::Receiver<Outgoing>,
    pub events: mpsc::Sender<Event>,
    pub dials: Dials,
    /// What the link's connections count; told with every heartbeat.
    pub meter: Meter,
    pub shutdown: CancellationToken,
}

impl Channel {
    /// Dials until the process ends.
    pub async fn run(mut self) {
        let mut pause = Pause::new(self.timing.reconnect_first, self.timing.reconnect_most);
        let mut told = String::new();
        loop {
            let (welcomed, ended) = self.connect().await;
            if welcomed {
                self.dials.epoch.send_replace(None);
                pause.reset();
                told.clear();
                let down = self.events.send(Event::Channel(FromChannel::Down)).await;
                if down.is_err() {
                    return;
                }
            }
            if matches!(ended, Ended::Shutdown) {
                return;
            }
            let said = ended.to_string();
            if said == told {
                tracing::debug!(server = %self.server, "{said}");
            } else {
                tracing::warn!(server = %self.server, "{said}");
                told = said;
            }
            let length = if ended.may_pass() { pause.next() } else { self.timing.refused };
            tokio::select! {
                () = self.shutdown.cancelled() => return,
                () = tokio::time::sleep(length) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests;
