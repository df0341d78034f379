//! What either end does with a frame, decided without a socket and without a clock.

use std::time::Duration;

use model::assignment::Assignment;
use model::feature::Features;
use model::id::{ClusterId, NodeId};
use model::link::Counted;
use model::node::NodeFacts;
use model::plain::{make_plain, plain};
use model::version::Epoch;

use crate::codec::{BadFrame, decode};
use crate::limits::{HEARTBEAT, HEARTBEAT_MAX, text};
use crate::message::{Hello, RefusedReason, Report, ToNode, ToServer};
use crate::plain::Plain as _;
use crate::unknown::{Ignored, Unknown};
use crate::versions::{Versions, mismatch};

/// The node's end of one connection.
#[derive(Debug, Clone, Default)]
pub struct NodeSession {
    speaks: Versions,
    epoch: Option<Epoch>,
    sequence: u64,
    unknown: Unknown,
}

/// What a frame from the server means to the node.
#[derive(Debug, PartialEq)]
pub enum FromServer {
    Welcomed {
        cluster: ClusterId,
        node: NodeId,
        name: String,
        assignment: Assignment,
        /// What the server has beyond what every server has.
        features: Features,
    },
    Assigned(Assignment),
    Heard {
        heartbeat: Duration,
    },
    /// So many data sockets are wanted besides those that are kept ready.
    Dial(u16),
    /// Of another epoch; nothing is to be done.
    Stale,
    /// Of a type that a later server knows; nothing is to be done.
    Unknown,
    Refused {
        reason: RefusedReason,
        message: String,
    },
    /// The frame breaks the contract: close and dial again.
    Broken(String),
}

impl NodeSession {
    /// A frame as it came.
    pub fn read(&mut self, frame: &str) -> FromServer {
        match decode::<ToNode>(frame) {
            Ok(message) => {
                self.unknown.look(frame, &message);
                self.handle(message)
            }
            Err(BadFrame::Unknown(kind)) => {
                self.unknown.frame(kind);
                FromServer::Unknown
            }
            Err(error @ (BadFrame::TooLong(_) | BadFrame::Unreadable(_) | BadFrame::TooMany(_))) => {
                FromServer::Broken(error.to_string())
            }
        }
    }

    pub fn handle(&mut self, message: ToNode) -> FromServer {
        let broken = |why: &str| FromServer::Broken(why.to_owned());
        match message {
            ToNode::Welcome { epoch, cluster, node, mut name, assignment, version, versions: _, features }
                if self.epoch.is_none() =>
            {
                make_plain(&mut name, text::NAME);
                if !self.speaks.has(version) {
                    return FromServer::Broken(format!(
                        "it speaks version {version} of the channel and this program {}; update dockhost-node",
                        self.speaks
                    ));
                }
                if assignment.cluster != cluster || assignment.node != node {
                    return broken("the assignment is for another cluster or node");
                }
                self.epoch = Some(epoch);
                FromServer::Welcomed { cluster, node, name, assignment, features }
            }
            ToNode::Welcome { .. } => broken("a second welcome on one connection"),
            ToNode::Assign { epoch, assignment } => self.current(epoch, FromServer::Assigned(assignment)),
            ToNode::Heard { epoch, heartbeat_ms } => {
                // Whatever a server says, it is neither flooded nor left without a word.
                let heartbeat = Duration::from_millis(heartbeat_ms).clamp(HEARTBEAT, HEARTBEAT_MAX);
                self.current(epoch, FromServer::Heard { heartbeat })
            }
            ToNode::Dial { epoch, sockets } => self.current(epoch, FromServer::Dial(sockets)),
            ToNode::Refused { reason, message } => {
                FromServer::Refused { reason, message: plain(&message, text::SENTENCE) }
            }
        }
    }

    fn current(&self, epoch: Epoch, meaning: FromServer) -> FromServer {
        match self.epoch {
            Some(ours) if ours == epoch => meaning,
            Some(_) => FromServer::Stale,
            None => FromServer::Broken("a frame before the welcome".to_owned()),
        }
    }

    /// The epoch to send with, once welcomed.
    pub const fn epoch(&self) -> Option<Epoch> {
        self.epoch
    }

    /// What the server said and this program does not know, since the last time.
    pub fn ignored(&mut self) -> Vec<Ignored> {
        self.unknown.take()
    }

    /// The number of the next report.
    pub const fn next_sequence(&mut self) -> u64 {
        self.sequence += 1;
        self.sequence
    }
}

/// The server's end of one connection, once the key was found good.
#[derive(Debug, Clone, Default)]
pub struct ServerSession {
    speaks: Versions,
    /// In which both go on, once the node has greeted.
    version: Option<u32>,
    epoch: Option<Epoch>,
    heard: u64,
    unknown: Unknown,
}

/// What a frame from a node means to the server.
#[derive(Debug, PartialEq)]
pub enum FromNode {
    Greeted(Hello),
    Heartbeat(NodeFacts, Option<Counted>),
    Reported(Report),
    /// Of another epoch or an older sequence; nothing is to be done.
    Stale,
    /// Of a type that a later node knows; nothing is to be done.
    Unknown,
    Broken(RefusedReason, String),
}

impl ServerSession {
    pub fn speaking(speaks: Versions) -> Self {
        Self { speaks, ..Self::default() }
    }

    /// In which version the node is welcomed, and all that the server speaks.
    pub fn spoken(&self) -> (u32, Versions) {
        (self.version.unwrap_or(self.speaks.most), self.speaks)
    }

    /// What the node said and this program does not know, since the last time.
    pub fn ignored(&mut self) -> Vec<Ignored> {
        self.unknown.take()
    }

    /// The connection was accepted with this epoch.
    pub const fn welcome(&mut self, epoch: Epoch) {
        self.epoch = Some(epoch);
    }

    /// A frame as it came.
    pub fn read(&mut self, frame: &str) -> FromNode {
        let message = decode::<ToServer>(frame);
        if let Ok(message) = &message {
            self.unknown.look(frame, message);
        }
        self.handle(message)
    }

    pub fn handle(&mut self, frame: Result<ToServer, BadFrame>) -> FromNode {
        let broken = |why: &str| FromNode::Broken(RefusedReason::Protocol, why.to_owned());
        let message = match frame {
            Ok(message) => message.plain(),
            Err(BadFrame::Unknown(kind)) => {
                self.unknown.frame(kind);
                return FromNode::Unknown;
            }
            Err(error @ (BadFrame::TooLong(_) | BadFrame::Unreadable(_) | BadFrame::TooMany(_))) => {
                return FromNode::Broken(RefusedReason::Protocol, error.to_string());
            }
        };
        match (message, self.epoch) {
            (ToServer::Hello(_), Some(_)) => broken("a second hello on one connection"),
            (ToServer::Hello(hello), None) if hello.machine.is_empty() => {
                broken("a hello that does not name its machine")
            }
            (ToServer::Hello(hello), None) if plain(&hello.machine, text::MACHINE) != hello.machine => {
                broken("a hello whose name of its machine is too long, or no plain text")
            }
            (ToServer::Hello(hello), None) => self.greeted(hello),
            (ToServer::Heartbeat { .. } | ToServer::Report(_), None) => broken("a frame before the hello"),
            (ToServer::Heartbeat { epoch, facts, counted }, Some(ours)) if epoch == ours => {
                FromNode::Heartbeat(facts, counted)
            }
            (ToServer::Report(report), Some(ours)) if report.epoch == ours && report.sequence > self.heard => {
                self.heard = report.sequence;
                FromNode::Reported(report)
            }
            (ToServer::Heartbeat { .. } | ToServer::Report(_), Some(_)) => FromNode::Stale,
        }
    }

    fn greeted(&mut self, hello: Hello) -> FromNode {
        let spoken = hello.spoken();
        self.version = spoken.common(self.speaks);
        match self.version {
            Some(_) => FromNode::Greeted(hello),
            None => {
                let why = mismatch(spoken, &hello.facts.node_version, self.speaks);
                FromNode::Broken(RefusedReason::Version, why)
            }
        }
    }
}
