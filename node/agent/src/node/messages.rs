//! What stands in the ledger, what can happen to the loop of a node, and what it answers.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use model::assignment::Assignment;
use model::id::InstanceId;
use model::version::Incarnation;

use crate::accept::Refused;
use crate::facts::ContainerView;
use crate::local::Local;
use crate::local::Memory;
use crate::reports::Outgoing;
use crate::row_file::Found;
use crate::worker::{News, Order};

/// What stands in the ledger, apart from who the machine is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Page {
    pub assignment: Option<Assignment>,
    pub memories: BTreeMap<InstanceId, Memory>,
}

impl Page {
    /// The newest incarnation of which a container is known to have existed.
    pub fn made(&self, instance: InstanceId) -> Option<Incarnation> {
        self.memories.get(&instance).and_then(|memory| memory.made)
    }
}

#[derive(Debug)]
pub enum Event {
    Welcomed(Assignment),
    Assigned(Assignment),
    /// There is no connection to the server any more.
    Down,
    /// Every container of our cluster, and what the folders hold that [`super::Node::to_read`] named.
    Listed(Vec<ContainerView>, Found),
    Worker {
        instance: InstanceId,
        news: News,
    },
    /// How the write of the page ended that was asked for last.
    Written {
        ok: bool,
    },
    /// What was to be sent could not be, because others wait already.
    NotSent,
    /// Every few seconds.
    Tick,
    /// Everything is to be told anew.
    Whole,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// Put this into the ledger, and hand in [`Event::Written`] before anything else.
    Write(Page),
    /// Leave these addresses to the main server.
    Keep(Vec<SocketAddr>),
    /// End its worker and give its host ports back. What runs is left alone.
    Dismiss(InstanceId),
    /// For its worker. `local` begins one where there is none.
    Order {
        order: Box<Order>,
        local: Box<Local>,
    },
    /// Something may have changed for its worker.
    Nudge(InstanceId),
    /// List the containers now.
    Relist,
    /// The ledger holds this from now on.
    Stand(Box<Assignment>),
    Send(Outgoing),
    /// Containers of the cluster that are not assigned to this node.
    Strangers(Vec<String>),
    Refused(Refused),
}
