//! What happened, as data. Sentences are made of it where it is shown or stored.

use ipnet::IpNet;
use model::event::InstanceEvent;
use model::forward::{ForwardKey, Unopened};
use model::id::{EventId, InstanceId};
use model::name::{NodeName, Username};
use model::observed::Problem;
use model::port::{ContainerPort, HostPort, UrlAccess};
use model::verb::Verb;

use crate::clock::Now;
use crate::draw::{Draw, fresh};
use crate::world::{Change, World};

mod words;

/// One thing that happened to an instance.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    pub instance: InstanceId,
    pub cause: Cause,
    pub kind: EventKind,
}

/// Who or what brought it about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    Person(Username),
    Node(NodeName),
    /// The server itself.
    DockHost,
}

#[derive(Debug, Clone, PartialEq)]
pub enum EventKind {
    Created {
        node: Option<NodeName>,
    },
    Asked {
        verb: Verb,
    },
    /// Its node is being drained, and so it was asked to stop.
    Drained {
        node: NodeName,
    },
    PortDeclared {
        port: ContainerPort,
        url: UrlAccess,
    },
    PortWithdrawn {
        port: ContainerPort,
    },
    ForwardOpened(ForwardLine),
    ForwardClosed(ForwardLine),
    DoorSet {
        host: HostPort,
        node: Option<NodeName>,
        port: ContainerPort,
        open: bool,
    },
    StartOnConnect {
        allowed: bool,
    },
    Recovered {
        container: String,
        node: NodeName,
        /// What it had and has no more: a sentence each.
        lost: Vec<String>,
    },
    ContainerMade {
        node: NodeName,
    },
    Moved(Movement),
    Troubled(Problem),
    Unopened(Unopened),
}

/// A host port beside those of the block, as somebody opened or closed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForwardLine {
    pub key: ForwardKey,
    pub container: ContainerPort,
    pub allow: Vec<IpNet>,
    /// That of the instance, if it is known.
    pub node: Option<NodeName>,
}

/// How a container was seen to change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Movement {
    Runs,
    RunsPaused,
    Restarted,
    Paused,
    Resumed,
    Stopped,
    /// By itself: *ended with status 1*.
    Ended(String),
}

impl Event {
    pub const fn new(instance: InstanceId, cause: Cause, kind: EventKind) -> Self {
        Self { instance, cause, kind }
    }
}

/// The rows of the timelines, in the order of the events.
pub fn timeline(world: &World, events: &[Event], draw: &mut dyn Draw, now: Now) -> Vec<Change> {
    let mut rows: Vec<InstanceEvent> = Vec::with_capacity(events.len());
    for event in events {
        let known = world.timeline(event.instance);
        let taken = |id: &EventId| known.iter().chain(&rows).any(|row| row.id == *id);
        let id = fresh(draw, EventId::from_bits, taken);
        let (actor, text) = (words::actor(&event.cause).to_owned(), words::text(event));
        rows.push(InstanceEvent { id, instance: event.instance, at: now.wall, actor, text });
    }
    rows.into_iter().map(Change::PutEvent).collect()
}
