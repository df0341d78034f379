//! One connection of a node, from its hello to its end.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::WebSocket;
use crash::crash_at;
use model::assignment::Assignment;
use model::id::NodeId;
use model::link::Counted;
use model::node::NodeFacts;
use model::refusal::{Refusal, RefusalCode};
use model::version::{Epoch, Generation};
use planner::command::Decision;
use planner::command::channel::{self, ChannelRefusal, Introduction};
use planner::liveness::{heartbeat, lease};
use planner::world::World;
use protocol::limits::GREETING;
use protocol::session::{FromNode, ServerSession};
use protocol::{Hello, RefusedReason, Report, ToNode};
use tokio::time::Instant;
use wire::meter::{Ends, Meter};

use super::pace::Pace;
use super::socket::{Lost, Socket};
use crate::handle::Handle;
use crate::limits;
use crate::sparse::{Sparse, shown};

pub(super) struct Connection {
    pub(super) handle: Handle,
    pub(super) node: NodeId,
    pub(super) key_hash: String,
    pub(super) peer: String,
    /// Of the channel's own connection.
    pub(super) ends: Option<Ends>,
}

// The planner says how often nodes are to be heard, and a node takes no other beat than the contract allows.
const _: () = assert!(
    planner::liveness::HEARTBEAT.as_millis() == protocol::limits::HEARTBEAT.as_millis()
        && planner::liveness::HEARTBEAT_MOST.as_millis() == protocol::limits::HEARTBEAT_MOST.as_millis()
        && planner::liveness::LEASE.as_millis() == protocol::limits::LEASE.as_millis()
);

static REFUSED: Sparse = Sparse::new();

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

/// What a heartbeat brings, and what is known of the link by then.
struct Heard {
    facts: NodeFacts,
    round_trip: Option<Duration>,
    here: Option<Counted>,
    there: Option<Counted>,
}

impl Connection {
    pub(super) async fn serve(self, socket: WebSocket) {
        let _counted = self.handle.tasks.token();
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
        crash_at!("greeted");
        let epoch = self.enter(hello).await?;
        crash_at!("welcomed");
        *connected = Some(epoch);
        session.welcome(epoch);
        let (mut wanted, meter) = self.handle.tunnels.connected(self.node, epoch);
        let _entry = self.ends.map(|ends| meter.watch(ends));
        let mut worlds = self.handle.orchestrator.watch();
        let mut told = None;
        let mut heard = Instant::now();
        let mut pace = Pace::new(heard);
        worlds.mark_changed();
        loop {
            let lease = lease(&worlds.borrow());
            tokio::select! {
                () = self.handle.stopping.cancelled() => return Err(End::Stopping),
                () = tokio::time::sleep_until(heard + lease) => return Err(End::Silent),
                changed = worlds.changed() => {
                    changed.map_err(|_| End::Stopping)?;
                    let world = worlds.borrow_and_update().clone();
                    self.tell(socket, &world, epoch, &mut told).await?;
                }
                () = until(pace.due()) => {
                    if let Some(report) = pace.waiting(Instant::now()) {
                        self.report(epoch, report).await?;
                    }
                }
                Some(sockets) = wanted.recv() => socket.send(&ToNode::Dial { epoch, sockets }).await?,
                frame = socket.next() => {
                    let meaning = session.handle(frame?);
                    heard = Instant::now();
                    self.hear(socket, meaning, epoch, &meter, &mut pace).await?;
                }
            }
        }
    }

    async fn greeting(&self, socket: &mut Socket, session: &mut ServerSession) -> Result<Hello, End> {
        let frame = tokio::select! {
            () = self.handle.stopping.cancelled() => return Err(End::Stopping),
            frame = tokio::time::timeout(GREETING, socket.next()) => frame,
        };
        let late = |_| End::Refused(RefusedReason::Protocol, "the node said no hello in time".to_owned());
        match session.handle(frame.map_err(late)??) {
            FromNode::Greeted(hello) => Ok(hello),
            FromNode::Broken(reason, why) => Err(End::Refused(reason, why)),
            FromNode::Heartbeat(..) | FromNode::Reported(_) | FromNode::Stale => {
                Err(End::Refused(RefusedReason::Protocol, "a frame before the hello".to_owned()))
            }
        }
    }

    /// Stores the epoch of this connection before anything is said on it.
    async fn enter(&self, hello: Hello) -> Result<Epoch, End> {
        let Hello { version: _, machine, cluster, era, generation, facts } = hello;
        check_facts(&facts)?;
        let (node, key_hash, noted) = (self.node, self.key_hash.clone(), facts.clone());
        let hello = Introduction { machine, cluster, era, generation, facts, peer_address: self.peer.clone() };
        let welcome = self
            .handle
            .orchestrator
            .decide_and(
                move |world, _, now| {
                    Ok::<_, Refusal>(match still_valid(world, node, &key_hash) {
                        Ok(()) => channel::connected(world, node, hello, now),
                        Err(refusal) => Decision::unchanged(Err(refusal)),
                    })
                },
                move |world, answer, now| match answer {
                    Ok(epoch) => world.link_up(node, *epoch, noted, now),
                    Err(ChannelRefusal::SecondMachine(why) | ChannelRefusal::Older(why)) => {
                        world.raise_alarm(node, why.clone())
                    }
                    Err(ChannelRefusal::Cluster(_) | ChannelRefusal::Revoked(_)) => {}
                },
            )
            .await?;
        Ok(welcome?)
    }

    /// What the newest world means to this connection. Of several assignments that came meanwhile only the newest
    /// is sent.
    async fn tell(
        &self,
        socket: &mut Socket,
        world: &World,
        epoch: Epoch,
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
            None => ToNode::Welcome { epoch, cluster, node: self.node, name, assignment: whole },
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
                self.handle.tunnels.heard(self.node, epoch);
                let heard = Heard { facts, round_trip: socket.round_trip(), here: counted(meter).await, there };
                let heartbeat = self.renew(epoch, heard).await?;
                let heartbeat_ms = u64::try_from(heartbeat.as_millis()).unwrap_or(u64::MAX);
                socket.send(&ToNode::Heard { epoch, heartbeat_ms }).await?;
                Ok(socket.measure().await?)
            }
            FromNode::Reported(report) => {
                crash_at!("heard");
                if let Some(report) = pace.report(report, Instant::now()) {
                    self.report(epoch, report).await?;
                }
                crash_at!("taken");
                Ok(())
            }
            FromNode::Stale => Ok(()),
            FromNode::Broken(reason, why) => Err(End::Refused(reason, why)),
            FromNode::Greeted(_) => Err(End::Refused(RefusedReason::Protocol, "a second hello".to_owned())),
        }
    }

    /// Answers with how soon the next heartbeat is wanted.
    async fn renew(&self, epoch: Epoch, heard: Heard) -> Result<Duration, Refusal> {
        let node = self.node;
        let Heard { facts, round_trip, here, there } = heard;
        let seen = facts.clone();
        let decide = move |world: &World| {
            let ready = channel::became_ready(world, node, epoch, &seen);
            Decision::new(ready.into_iter().collect(), heartbeat(world))
        };
        let note = move |world: &mut World, _: &Duration, now| {
            if is_current(world, node, epoch) {
                world.heard(node, facts, now);
                world.counted(node, here, there, now);
                if let Some(round_trip) = round_trip {
                    world.measured(node, round_trip);
                }
            }
        };
        self.handle.orchestrator.decide_and(move |world, _, _| Ok(decide(world)), note).await
    }

    async fn report(&self, epoch: Epoch, report: Report) -> Result<(), Refusal> {
        let node = self.node;
        let Report { epoch: _, sequence: _, assignment: _, instances, mut strangers } = report;
        strangers.truncate(limits::STRANGERS);
        self.handle
            .orchestrator
            .decide_and(
                move |world, draw, now| {
                    Ok(Decision::new(channel::reported(world, node, epoch, &instances, draw, now), ()))
                },
                move |world, (), _| {
                    if is_current(world, node, epoch) {
                        world.strangers(node, strangers);
                    }
                },
            )
            .await
    }

    async fn leave(&self, epoch: Epoch) {
        let node = self.node;
        self.handle.tunnels.disconnected(node, epoch);
        let left: Result<(), Refusal> = self
            .handle
            .orchestrator
            .decide_and(
                move |world, _, _| {
                    Ok(Decision::new(channel::disconnected(world, node, epoch).into_iter().collect(), ()))
                },
                move |world, (), _| world.link_down(node, epoch),
            )
            .await;
        if let Err(refusal) = left {
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

fn is_current(world: &World, node: NodeId, epoch: Epoch) -> bool {
    world.links.get(&node).is_some_and(|link| link.epoch == epoch)
}

fn still_valid(world: &World, node: NodeId, key_hash: &str) -> Result<(), ChannelRefusal> {
    let revoked = |why: &str| Err(ChannelRefusal::Revoked(why.to_owned()));
    match world.nodes.get(&node) {
        Some(row) if row.key_hash == key_hash => Ok(()),
        Some(_) => revoked("The key of this node was rotated. Start it with the new key."),
        None => revoked("This node was removed. Register it again to get another key."),
    }
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
