//! Connections between one node and the server: frames in order, cuts, links that are open on one end only.

use std::collections::VecDeque;
use std::time::Duration;

use model::assignment::Assignment;
use model::feature::Features;
use model::id::NodeId;
use model::node::{EngineState, NodeFacts};
use model::version::{Epoch, Generation};
use planner::channel::{ChannelAnswer, ChannelEvent, ChannelRefusal, Introduction};
use protocol::limits::LEASE;
use protocol::session::{FromNode, NodeSession, ServerSession};
use protocol::{Hello, RefusedReason, Report, ToNode, ToServer};

use crate::server::{Reply, Server};

/// What a node that works says of its machine.
pub fn facts() -> NodeFacts {
    NodeFacts {
        engine: EngineState::Up { version: "29".into(), api: "1.52".into() },
        images: model::image::ImageName::ALL.into(),
        ..NodeFacts::default()
    }
}

#[derive(Debug, Clone, Default)]
pub struct Connection {
    pub up: VecDeque<ToServer>,
    pub down: VecDeque<ToNode>,
    pub server: Option<ServerEnd>,
    pub node: Option<NodeEnd>,
    /// Nothing gets through any more,
    pub half_open: bool,
    /// and both ends can tell.
    pub cut: bool,
}

#[derive(Debug, Clone)]
pub struct ServerEnd {
    session: ServerSession,
    epoch: Option<Epoch>,
    told: Option<Generation>,
    heard: Duration,
}

#[derive(Debug, Clone)]
pub struct NodeEnd {
    pub session: NodeSession,
    pub heard: Duration,
}

impl Connection {
    /// The node dials; whether the server accepts is decided when its hello arrives.
    pub fn dial(hello: Hello, server_is_up: bool, now: Duration) -> Self {
        let server =
            server_is_up.then(|| ServerEnd { session: ServerSession::default(), epoch: None, told: None, heard: now });
        let node = Some(NodeEnd { session: NodeSession::default(), heard: now });
        Self { up: VecDeque::from([ToServer::Hello(hello)]), server, node, ..Self::default() }
    }

    /// What is under way is lost.
    pub fn sever(&mut self, cut: bool) {
        self.half_open = true;
        self.cut |= cut;
        self.up.clear();
        self.down.clear();
    }

    pub const fn is_over(&self) -> bool {
        self.server.is_none() && self.node.is_none()
    }

    pub fn epoch(&self) -> Option<Epoch> {
        self.node.as_ref().and_then(|end| end.session.epoch())
    }

    /// The epoch with which the server welcomed the node.
    pub fn server_epoch(&self) -> Option<Epoch> {
        self.server.as_ref().and_then(|end| end.epoch)
    }

    /// A node's frame goes on its way, or is lost on a link that is half open.
    pub fn send_up(&mut self, frame: ToServer) {
        if !self.half_open {
            self.up.push_back(frame);
        }
    }

    fn send_down(&mut self, frame: ToNode) {
        if !self.half_open && self.node.is_some() {
            self.down.push_back(frame);
        }
    }

    /// Everything but the numbers of reports, which say no more than the order of the frames.
    pub fn write(&self, to: &mut impl std::fmt::Write) -> std::fmt::Result {
        let server = self.server.as_ref().map(|end| (end.epoch, end.told, end.heard));
        let node = self.node.as_ref().map(|end| (end.session.epoch(), end.heard));
        write!(to, "{server:?}{node:?}{}{}{:?}", self.half_open, self.cut, self.down)?;
        self.up.iter().try_for_each(|frame| match frame {
            ToServer::Report(Report { epoch, sequence: _, assignment, instances, strangers }) => {
                write!(to, "{epoch:?}{assignment:?}{instances:?}{strangers:?}")
            }
            ToServer::Hello(_) | ToServer::Heartbeat { .. } => write!(to, "{frame:?}"),
        })
    }

    /// The server's end can tell that the node's is gone.
    pub fn server_can_notice(&self) -> bool {
        self.server.is_some() && (self.cut || self.node.is_none() && !self.half_open && self.up.is_empty())
    }

    pub fn node_can_notice(&self) -> bool {
        self.node.is_some() && (self.cut || self.server.is_none() && !self.half_open && self.down.is_empty())
    }

    /// Whether the newest world means something to this connection.
    pub fn has_push(&self, server: &Server, node: NodeId) -> bool {
        let Some(end) = &self.server else { return false };
        let (Some(world), Some(epoch)) = (&server.running, end.epoch) else { return false };
        world.links.get(&node).is_none_or(|link| link.epoch != epoch)
            || world.published.get(&node).is_some_and(|sent| end.told != Some(sent.generation))
    }

    /// What the newest world means to this connection.
    pub fn push(&mut self, server: &mut Server, node: NodeId, now: Duration) -> Result<(), String> {
        let Some(end) = &mut self.server else { return Ok(()) };
        let (Some(world), Some(epoch)) = (&server.running, end.epoch) else { return Ok(()) };
        if world.links.get(&node).is_none_or(|link| link.epoch != epoch) {
            return self.leave(server, node, now);
        }
        let Some(assignment) = world.published.get(&node).filter(|sent| end.told != Some(sent.generation)) else {
            return Ok(());
        };
        let (cluster, whole) = (world.cluster, Assignment::clone(assignment));
        let (version, versions) = end.session.spoken();
        let first = end.told.replace(whole.generation).is_none();
        self.send_down(match first {
            true => ToNode::Welcome {
                epoch,
                cluster,
                node,
                name: "lab".to_owned(),
                assignment: whole,
                version,
                versions: Some(versions),
                features: Features::all(),
            },
            false => ToNode::Assign { epoch, assignment: whole },
        });
        Ok(())
    }

    /// The next frame from the node arrives.
    pub fn to_server(&mut self, server: &mut Server, node: NodeId, now: Duration) -> Result<(), String> {
        let Some(frame) = self.up.pop_front() else { return Ok(()) };
        self.hear(server, node, frame, now)
    }

    pub fn hear(&mut self, server: &mut Server, node: NodeId, frame: ToServer, now: Duration) -> Result<(), String> {
        let Some(end) = self.server.as_mut().filter(|_| server.running.is_some()) else { return Ok(()) };
        end.heard = now;
        let (epoch, meaning) = (end.epoch, end.session.handle(Ok(frame)));
        match (meaning, epoch) {
            (FromNode::Greeted(hello), _) => self.enter(server, node, hello, now),
            (FromNode::Heartbeat(facts, _), Some(epoch)) => {
                let beat = ChannelEvent::Heartbeat { epoch, facts, round_trip: None, here: None, there: None };
                if let Reply::Done(ChannelAnswer::Beat(heartbeat)) = server.hear(now, node, beat)? {
                    self.send_down(ToNode::Heard { epoch, heartbeat_ms: heartbeat.as_millis() as u64 });
                }
                Ok(())
            }
            (FromNode::Reported(Report { instances, strangers, .. }), Some(epoch)) => {
                let took = server.hear(now, node, ChannelEvent::Report { epoch, instances, strangers })?;
                // A report that was not written ends the connection, so that the node says everything anew.
                if took == Reply::Done(ChannelAnswer::Done) {
                    return Ok(());
                }
                self.refuse(server, node, RefusedReason::Protocol, now)
            }
            (FromNode::Heartbeat(..) | FromNode::Reported(_) | FromNode::Stale | FromNode::Unknown, _) => Ok(()),
            (FromNode::Broken(reason, _), _) => self.refuse(server, node, reason, now),
        }
    }

    fn enter(&mut self, server: &mut Server, node: NodeId, hello: Hello, now: Duration) -> Result<(), String> {
        let Hello { machine, cluster, era, generation, facts, features, .. } = hello;
        let peer_address = "192.0.2.7".to_owned();
        let hello = Introduction { machine, cluster, era, generation, facts, features, peer_address };
        let key_hash = server.stored.nodes.get(&node).map(|row| row.key_hash.clone()).unwrap_or_default();
        let reply = server.hear(now, node, ChannelEvent::Hello { key_hash, hello })?;
        let reason = match reply {
            Reply::Done(ChannelAnswer::Welcome(epoch)) => {
                if let Some(end) = &mut self.server {
                    end.session.welcome(epoch);
                    end.epoch = Some(epoch);
                }
                return Ok(());
            }
            Reply::Done(ChannelAnswer::Refused(ChannelRefusal::SecondMachine(_))) => RefusedReason::SecondMachine,
            Reply::Done(ChannelAnswer::Refused(ChannelRefusal::Cluster(_))) => RefusedReason::Cluster,
            Reply::Done(ChannelAnswer::Refused(ChannelRefusal::Older(_))) => RefusedReason::Older,
            Reply::Done(ChannelAnswer::Refused(ChannelRefusal::Revoked(_))) => RefusedReason::Revoked,
            Reply::Done(ChannelAnswer::Done | ChannelAnswer::Beat(_)) | Reply::Refused(_) | Reply::Nothing => {
                RefusedReason::Protocol
            }
        };
        self.refuse(server, node, reason, now)
    }

    fn refuse(
        &mut self,
        server: &mut Server,
        node: NodeId,
        reason: RefusedReason,
        now: Duration,
    ) -> Result<(), String> {
        if server.running.is_some() {
            self.send_down(ToNode::Refused { reason, message: String::new() });
        }
        self.leave(server, node, now)
    }

    /// The server's end is over.
    pub fn leave(&mut self, server: &mut Server, node: NodeId, now: Duration) -> Result<(), String> {
        let Some(epoch) = self.server.take().and_then(|end| end.epoch) else { return Ok(()) };
        server.hear(now, node, ChannelEvent::Ended { epoch }).map(drop)
    }

    /// Ends that heard nothing for a lease give up.
    pub fn lapse(&mut self, server: &mut Server, node: NodeId, now: Duration) -> Result<(), String> {
        if self.node.as_ref().is_some_and(|end| now.saturating_sub(end.heard) > LEASE) {
            self.node = None;
        }
        if self.server.as_ref().is_some_and(|end| now.saturating_sub(end.heard) > LEASE) {
            return self.leave(server, node, now);
        }
        Ok(())
    }
}
