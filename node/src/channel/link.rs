//! One connection, from dialling to its end.

use std::fmt;
use std::time::Duration;

use agent::reports::Outgoing;
use futures_util::{SinkExt as _, StreamExt as _};
use model::feature::Features;
use model::link::Counted;
use model::node::EngineState;
use protocol::codec::encode;
use protocol::limits::{HEARTBEAT, MAX_FRAME};
use protocol::session::{FromServer, NodeSession};
use protocol::{Hello, RefusedReason, Report, ToServer, VERSIONS};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{Instant, interval_at, sleep_until, timeout};
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::{StatusCode, header::AUTHORIZATION};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, client_async_with_config};

use super::{Channel, Introduction};
use crate::event::{Event, FromChannel};
use crate::server;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Why a connection ended, or was not made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ended {
    Shutdown,
    WrongKey,
    Refused { reason: RefusedReason, message: String },
    Lost(String),
}

impl Ended {
    /// Whether dialling again soon can succeed.
    pub(super) const fn may_pass(&self) -> bool {
        match self {
            Self::Shutdown | Self::Lost(_) => true,
            Self::WrongKey => false,
            Self::Refused { reason, .. } => reason.may_pass(),
        }
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shutdown => f.write_str("ended"),
            Self::WrongKey => f.write_str(
                "the server does not know this API key: it was mistyped, rotated, or its node removed; rotate it in \
                 the console and start the node with the new one",
            ),
            Self::Refused { message, .. } => write!(f, "the server refused this node: {message}"),
            Self::Lost(why) => write!(f, "no connection to the server: {why}; dialling again, instances go on running"),
        }
    }
}

/// Waits until the engine is found to be in another state; none when the node ends first.
async fn engine_other_than(standing: &mut watch::Receiver<Introduction>, told: &EngineState) -> Option<()> {
    standing.wait_for(|now| now.facts.engine != *told).await.ok().map(drop)
}

/// By how much slower than usual the server wants to hear from this node.
fn times(wanted: Duration) -> f64 {
    wanted.div_duration_f64(HEARTBEAT)
}

fn lost(why: impl ToString) -> Ended {
    Ended::Lost(why.to_string())
}

impl Channel {
    /// One connection. The first value tells whether the server welcomed it.
    pub(super) async fn connect(&mut self) -> (bool, Ended) {
        let mut session = NodeSession::default();
        let shutdown = self.shutdown.clone();
        let dialled = tokio::select! {
            () = shutdown.cancelled() => return (false, Ended::Shutdown),
            dialled = timeout(self.timing.greeting, self.dial()) => dialled,
        };
        let mut socket = match dialled {
            Ok(Ok(socket)) => socket,
            Ok(Err(ended)) => return (false, ended),
            Err(_) => return (false, lost("it does not answer")),
        };
        // Dropped before the socket, of which it asks.
        let _entry = server::ends(socket.get_ref()).map(|ends| self.meter.watch(ends));
        // What waited was said on another connection; the loop says everything anew after a welcome.
        while self.outbox.try_recv().is_ok() {}
        let ended = tokio::select! {
            () = shutdown.cancelled() => Ended::Shutdown,
            ended = self.converse(&mut socket, &mut session) => ended,
        };
        // A goodbye is a courtesy: a peer that is gone cannot hear it.
        let _ = timeout(self.timing.reconnect_first, socket.close(None)).await;
        (session.epoch().is_some(), ended)
    }

    async fn dial(&self) -> Result<Socket, Ended> {
        let mut request = self.server.uri().into_client_request().map_err(lost)?;
        request.headers_mut().insert(AUTHORIZATION, self.api_key.header());
        let config = WebSocketConfig::default()
            .read_buffer_size(16 << 10)
            .max_frame_size(Some(MAX_FRAME))
            .max_message_size(Some(MAX_FRAME))
            .max_write_buffer_size(4 * MAX_FRAME);
        let wire = server::connect(&self.server).await.map_err(Ended::Lost)?;
        match client_async_with_config(request, wire, Some(config)).await {
            Ok((socket, _)) => Ok(socket),
            Err(Error::Http(response)) => Err(match response.status() {
                StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Ended::WrongKey,
                StatusCode::NOT_FOUND => lost("there is no DockHost at this address"),
                status => lost(format!("it answered with status {status}")),
            }),
            Err(error) => Err(lost(error)),
        }
    }

    async fn converse(&mut self, socket: &mut Socket, session: &mut NodeSession) -> Ended {
        let timing = self.timing;
        let hello = self.hello();
        if let Err(ended) = self.send(socket, &hello).await {
            return ended;
        }
        let mut told = self.standing.borrow().facts.engine.clone();
        let mut wanted = HEARTBEAT;
        let mut heartbeat = interval_at(Instant::now() + timing.heartbeat, timing.heartbeat);
        let mut silent_at = Instant::now() + timing.greeting;
        loop {
            let welcomed = session.epoch();
            tokio::select! {
                frame = socket.next() => {
                    let heard = match frame {
                        Some(Ok(frame)) => self.hear(session, frame).await,
                        Some(Err(error)) => Err(lost(error)),
                        None => Err(lost("the server closed it")),
                    };
                    match heard {
                        Ok(Some(now)) if now != wanted => {
                            wanted = now;
                            let beat = timing.heartbeat.mul_f64(times(wanted));
                            heartbeat = interval_at(Instant::now() + beat, beat);
                        }
                        Ok(_) => {}
                        Err(ended) => return ended,
                    }
                    // Until it welcomes this node, a server is not kept waiting for by other frames.
                    if session.epoch().is_some() {
                        silent_at = Instant::now() + timing.lease.mul_f64(times(wanted));
                    }
                }
                () = sleep_until(silent_at) => return lost("nothing was heard from it for too long"),
                _ = heartbeat.tick(), if welcomed.is_some() => {
                    let Some(epoch) = welcomed else { continue };
                    let facts = self.standing.borrow().facts.clone();
                    told = facts.engine.clone();
                    if let Err(ended) = self.send(socket, &ToServer::Heartbeat { epoch, facts, counted: self.counted().await }).await {
                        return ended;
                    }
                }
                // Placement needs to know of the engine at once, not with the next heartbeat.
                news = engine_other_than(&mut self.standing, &told), if welcomed.is_some() => {
                    match news {
                        Some(()) => heartbeat.reset_immediately(),
                        None => return Ended::Shutdown,
                    }
                }
                outgoing = self.outbox.recv(), if welcomed.is_some() => {
                    let (Some(epoch), Some(outgoing)) = (welcomed, outgoing) else { return Ended::Shutdown };
                    let Outgoing { assignment, instances, strangers } = outgoing;
                    let sequence = session.next_sequence();
                    let report = Report { epoch, sequence, assignment, instances, strangers };
                    if let Err(ended) = self.send(socket, &ToServer::Report(report)).await {
                        return ended;
                    }
                }
            }
        }
    }

    async fn counted(&self) -> Option<Counted> {
        let meter = self.meter.clone();
        tokio::task::spawn_blocking(move || meter.read()).await.ok().flatten()
    }

    fn hello(&self) -> ToServer {
        let standing = self.standing.borrow();
        ToServer::Hello(Hello {
            version: VERSIONS.least,
            versions: Some(VERSIONS),
            features: Features::all(),
            machine: standing.machine.clone(),
            cluster: standing.cluster,
            era: standing.era,
            generation: standing.generation,
            facts: standing.facts.clone(),
        })
    }

    /// Answers with how often the server wants to hear from this node, where it says so.
    async fn hear(&self, session: &mut NodeSession, frame: Message) -> Result<Option<Duration>, Ended> {
        let text = match frame {
            Message::Text(text) => text,
            // The library answers pings by itself.
            Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => return Ok(None),
            Message::Binary(_) => return Err(lost("it sent a binary frame")),
            Message::Close(_) => return Err(lost("the server closed it")),
        };
        let meaning = session.read(&text);
        for ignored in session.ignored() {
            tracing::info!(server = %self.server, %ignored, "the server said something that this program does not know");
        }
        let told = match meaning {
            FromServer::Welcomed { cluster, node, name, assignment, features } => {
                tracing::debug!(server = %self.server, ?features, "the server has these features");
                self.dials.epoch.send_replace(session.epoch());
                FromChannel::Welcomed { cluster, node, name, assignment }
            }
            FromServer::Assigned(assignment) => FromChannel::Assigned(assignment),
            FromServer::Heard { heartbeat } => return Ok(Some(heartbeat)),
            FromServer::Dial(sockets) => {
                // With as many wishes as that waiting, one more changes nothing.
                let _ = self.dials.wanted.try_send(sockets);
                return Ok(None);
            }
            FromServer::Stale | FromServer::Unknown => return Ok(None),
            FromServer::Refused { reason, message } => return Err(Ended::Refused { reason, message }),
            FromServer::Broken(why) => return Err(lost(why)),
        };
        self.events.send(Event::Channel(told)).await.map_err(|_| Ended::Shutdown)?;
        Ok(None)
    }

    /// A peer that takes nothing for a whole lease is gone.
    async fn send(&self, socket: &mut Socket, message: &ToServer) -> Result<(), Ended> {
        let frame = encode(message).map_err(lost)?;
        match timeout(self.timing.lease, socket.send(Message::text(frame))).await {
            Ok(sent) => sent.map_err(lost),
            Err(_) => Err(lost("it takes no more frames")),
        }
    }
}
