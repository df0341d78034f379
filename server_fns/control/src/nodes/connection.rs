//! One connection of a node, from its hello to its end.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{Utf8Bytes, WebSocket};
use crash::crash_at;
use model::assignment::Assignment;
use model::feature::Features;
use model::id::NodeId;
use model::link::Counted;
use model::node::NodeFacts;
use model::refusal::{Refusal, RefusalCode};
use model::version::{Epoch, Generation};
use planner::channel::{ChannelAnswer, ChannelEvent, ChannelRefusal, Introduction, still_valid};
use planner::liveness::lease;
use planner::world::World;
use protocol::codec::BadFrame;
use protocol::limits::GREETING;
use protocol::session::{FromNode, ServerSession};
use protocol::{Hello, RefusedReason, Report, ToNode, Versions};
use tokio::time::Instant;
use wire::meter::{Ends, Meter};

use super::Nodes;
use super::pace::Pace;
use super::socket::{Lost, Socket};
use crate::core::strange;
use crate::limits;
use crate::sparse::{Sparse, shown};

pub(super) struct Connection {
    pub(super) nodes: Arc<Nodes>,
    pub(super) node: NodeId,
    pub(super) key_hash: String,
    pub(super) peer: String,
    /// Of the channel's own connection.
    pub(super) ends: Option<Ends>,
}

static REFUSED: Sparse = Sparse::new();
static IGNORED: Sparse = Sparse::new();

/// Why a connection ends.
enum End {
    Lost(Lost),
    Silent,
    Stopping,
    /// A newer connection of the same node took over.
    Replaced,
    Refused(RefusedReason, String),
}

impl From<Lost> for End {
    fn from(lost: Lost) -> Self {
        Self::Lost(lost)
    }
}

/// A frame that means nothing is the node's fault; a database that does not answer is ours, and the node dials again.
impl From<Refusal> for End {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(RefusedReason::Protocol, refusal.message)
    }
}

impl From<ChannelRefusal> for End {
    fn from(refusal: ChannelRefusal) -> Self {
        match refusal {
            ChannelRefusal::SecondMachine(why) => Self::Refused(RefusedReason::SecondMachine, why),
            ChannelRefusal::Cluster(why) => Self::Refused(RefusedReason::Cluster, why),
            ChannelRefusal::Older(why) => Self::Refused(RefusedReason::Older, why),
            ChannelRefusal::Revoked(why) => Self::Refused(RefusedReason::Revoked, why),
        }
    }
}

impl Connection {
    pub(super) async fn serve(self, socket: WebSocket) {
        let _counted = self.nodes.core.tasks.token();
        let mut socket = Socket::new(socket);
        let mut session = ServerSession::default();
        let mut epoch = None;
        let Err(end) = self.talk(&mut socket, &mut session, &mut epoch).await;
        if let Some(epoch) = epoch {
            self.leave(epoch).await;
        }
        let node = self.node;
        match end {
            End::Lost(why) => tracing::info!(%node, %why, "a node's connection ended"),
            End::Silent => tracing::info!(%node, "a node was silent for too long"),
            End::Replaced => tracing::info!(%node, "a newer connection of the node took over"),
            End::Stopping => socket.close().await,
            End::Refused(reason, message) => {
                if let Some(more) = REFUSED.tells() {
                    let message = shown(&message);
                    tracing::warn!(%node, peer = self.peer, ?reason, message, more, "a node's connection was refused");
                }
                socket.refuse(reason, message).await;
            }
        }
    }

    async fn talk(
        &self,
        socket: &mut Socket,
        session: &mut ServerSession,
        connected: &mut Option<Epoch>,
    ) -> Result<std::convert::Infallible, End> {
        let hello = self.greeting(socket, session).await?;
        let spoken = session.spoken();
        crash_at!("greeted");
        let epoch = self.enter(hello).await?;
        crash_at!("welcomed");
        *connected = Some(epoch);
        session.welcome(epoch);
        let (mut wanted, meter) = self.nodes.tunnels.connected(self.node, epoch);
        let _entry = self.ends.map(|ends| meter.watch(ends));
        let mut worlds = self.nodes.core.orchestrator.watch();
        let mut told = None;
        let mut heard = Instant::now();
        let mut pace = Pace::new(heard);
        worlds.mark_changed();
        loop {
            let lease = lease(&worlds.borrow());
            tokio::select! {
                () = self.nodes.core.stopping.cancelled() => return Err(End::Stopping),
                () = tokio::time::sleep_until(heard + lease) => return Err(End::Silent),
                changed = worlds.changed() => {
                    changed.map_err(|_| End::Stopping)?;
                    let world = worlds.borrow_and_update();
                    self.tell(socket, &world, epoch, spoken, &mut told).await?;
                }
                () = until(pace.due()) => {
                    if let Some(report) = pace.waiting(Instant::now()) {
                        self.report(epoch, report, &mut pace).await?;
                    }
                }
                Some(sockets) = wanted.recv() => socket.send(&ToNode::Dial { epoch, sockets }).await?,
                frame = socket.next() => {
                    let meaning = self.read(session, frame?);
                    heard = Instant::now();
                    self.hear(socket, meaning, epoch, &meter, &mut pace).await?;
                }
            }
        }
    }

    async fn greeting(&self, socket: &mut Socket, session: &mut ServerSession) -> Result<Hello, End> {
        let end = Instant::now() + GREETING;
        let late = |_| End::Refused(RefusedReason::Protocol, "the node said no hello in time".to_owned());
        loop {
            let frame = tokio::select! {
                () = self.nodes.core.stopping.cancelled() => return Err(End::Stopping),
                frame = tokio::time::timeout_at(end, socket.next()) => frame,
            };
            match self.read(session, frame.map_err(late)??) {
                FromNode::Greeted(hello) => return Ok(hello),
                FromNode::Unknown => {}
                FromNode::Broken(reason, why) => {
                    if reason == RefusedReason::Version {
                        let event = ChannelEvent::Mismatched { why: why.clone() };
                        self.nodes.core.orchestrator.hear(self.node, event).await?;
                    }
                    return Err(End::Refused(reason, why));
                }
                FromNode::Heartbeat(..) | FromNode::Reported(_) | FromNode::Stale => {
                    return Err(End::Refused(RefusedReason::Protocol, "a frame before the hello".to_owned()));
                }
            }
        }
    }

    fn read(&self, session: &mut ServerSession, frame: Result<Utf8Bytes, BadFrame>) -> FromNode {
        let meaning = match frame {
            Ok(text) => session.read(&text),
            Err(bad) => session.handle(Err(bad)),
        };
        for ignored in session.ignored() {
            if let Some(more) = IGNORED.tells() {
                let node = self.node;
                tracing::info!(%node, %ignored, more, "a node said something that this server does not know");
            }
        }
        meaning
    }

    /// Stores the epoch of this connection before anything is said on it.
    async fn enter(&self, hello: Hello) -> Result<Epoch, End> {
        let Hello { version: _, versions: _, features, machine, cluster, era, generation, facts } = hello;
        check_facts(&facts)?;
        let hello =
            Introduction { machine, cluster, era, generation, facts, features, peer_address: self.peer.clone() };
        let event = ChannelEvent::Hello { key_hash: self.key_hash.clone(), hello };
        match self.nodes.core.orchestrator.hear(self.node, event).await? {
            ChannelAnswer::Welcome(epoch) => Ok(epoch),
            ChannelAnswer::Refused(refusal) => Err(refusal.into()),
            answer @ (ChannelAnswer::Done | ChannelAnswer::Beat(_)) => Err(strange(&answer).into()),
        }
    }

    /// What the newest world means to this connection. Of several assignments that came meanwhile only the newest
    /// is sent.
    async fn tell(
        &self,
        socket: &mut Socket,
        world: &World,
        epoch: Epoch,
        (version, speaks): (u32, Versions),
        told: &mut Option<Generation>,
    ) -> Result<(), End> {
        still_valid(world, self.node, &self.key_hash)?;
        if world.links.get(&self.node).is_none_or(|link| link.epoch != epoch) {
            return Err(End::Replaced);
        }
        let (Some(assignment), Some(node)) = (world.published.get(&self.node), world.nodes.get(&self.node)) else {
            return Ok(());
        };
        if *told == Some(assignment.generation) {
            return Ok(());
        }
        let whole = Assignment::clone(Arc::as_ref(assignment));
        let (cluster, name) = (world.cluster, node.settings.name.to_string());
        let message = match told {
            None => ToNode::Welcome {
                epoch,
                cluster,
                node: self.node,
                name,
                assignment: whole,
                version,
                versions: Some(speaks),
                features: Features::all(),
            },
            Some(_) => ToNode::Assign { epoch, assignment: whole },
        };
        *told = Some(assignment.generation);
        crash_at!("telling");
        socket.send(&message).await?;
        crash_at!("told");
        Ok(())
    }

    async fn hear(
        &self,
        socket: &mut Socket,
        meaning: FromNode,
        epoch: Epoch,
        meter: &Meter,
        pace: &mut Pace,
    ) -> Result<(), End> {
        match meaning {
            FromNode::Heartbeat(..) if !pace.beats(Instant::now()) => Ok(()),
            FromNode::Heartbeat(facts, there) => {
                check_facts(&facts)?;
                self.nodes.tunnels.heard(self.node, epoch);
                let (round_trip, here) = (socket.round_trip(), counted(meter).await);
                let event = ChannelEvent::Heartbeat { epoch, facts, round_trip, here, there };
                let heartbeat = match self.renew(event).await {
                    // Its next one is answered, or it dials again.
                    Err(refusal) if refusal.code == RefusalCode::Unavailable => return Ok(()),
                    answer => answer?,
                };
                let heartbeat_ms = u64::try_from(heartbeat.as_millis()).unwrap_or(u64::MAX);
                socket.send(&ToNode::Heard { epoch, heartbeat_ms }).await?;
                Ok(socket.measure().await?)
            }
            FromNode::Reported(report) => {
                crash_at!("heard");
                if let Some(report) = pace.report(report, Instant::now()) {
                    self.report(epoch, report, pace).await?;
                }
                crash_at!("taken");
                Ok(())
            }
            FromNode::Stale | FromNode::Unknown => Ok(()),
            FromNode::Broken(reason, why) => Err(End::Refused(reason, why)),
            FromNode::Greeted(_) => Err(End::Refused(RefusedReason::Protocol, "a second hello".to_owned())),
        }
    }

    /// Answers with how soon the next heartbeat is wanted.
    async fn renew(&self, event: ChannelEvent) -> Result<Duration, Refusal> {
        match self.nodes.core.orchestrator.hear(self.node, event).await? {
            ChannelAnswer::Beat(heartbeat) => Ok(heartbeat),
            answer @ (ChannelAnswer::Done | ChannelAnswer::Welcome(_) | ChannelAnswer::Refused(_)) => {
                Err(strange(&answer))
            }
        }
    }

    /// A database that does not take it for a while costs the node no connection.
    async fn report(&self, epoch: Epoch, report: Report, pace: &mut Pace) -> Result<(), Refusal> {
        let kept = report.clone();
        let Report { epoch: _, sequence: _, assignment: _, instances, mut strangers } = report;
        strangers.truncate(limits::STRANGERS);
        let event = ChannelEvent::Report { epoch, instances, strangers };
        match self.nodes.core.orchestrator.hear(self.node, event).await {
            Err(refusal) if refusal.code == RefusalCode::Unavailable => {
                pace.refused(kept, Instant::now());
                Ok(())
            }
            answer => answer.map(drop),
        }
    }

    async fn leave(&self, epoch: Epoch) {
        let node = self.node;
        self.nodes.tunnels.disconnected(node, epoch);
        if let Err(refusal) = self.nodes.core.orchestrator.hear(node, ChannelEvent::Ended { epoch }).await {
            tracing::warn!(%node, %refusal, "the end of a node's connection was not noted; its lease will lapse");
        }
    }
}

async fn until(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due).await,
        None => std::future::pending().await,
    }
}

/// Off the async threads: the system is asked once for each connection of the link.
async fn counted(meter: &Meter) -> Option<Counted> {
    let meter = meter.clone();
    tokio::task::spawn_blocking(move || meter.read()).await.ok().flatten()
}

/// What is kept of a machine must be storable. Its texts were made plain and short when the frame came in.
fn check_facts(facts: &NodeFacts) -> Result<(), Refusal> {
    let sizes = [facts.memory_total_bytes, facts.memory_used_bytes, facts.disk_total_bytes, facts.disk_free_bytes];
    let storable = sizes.into_iter().all(|bytes| i64::try_from(bytes).is_ok()) && facts.cpu_percent.is_finite();
    if facts.images.len() <= limits::FACTS_IMAGES && storable {
        return Ok(());
    }
    Err(Refusal::new(RefusalCode::Invalid, "what the node says of its machine is out of range"))
}
