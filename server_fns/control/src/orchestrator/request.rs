//! What waits for the one task that writes.

use std::collections::BTreeMap;

use model::forward::Unopened;
use model::id::{InstanceId, NodeId};
use model::refusal::Refusal;
use planner::channel::{ChannelAnswer, ChannelEvent};
use planner::command::idempotency::Key;
use planner::command::{Answer, Asker, Command};
use tokio::sync::oneshot;

use crate::store::StoreError;

/// Where an answer goes. Whoever waited for it may have gone away.
pub(super) type Reply<T> = oneshot::Sender<Result<T, Refusal>>;

pub(super) enum Request {
    Command {
        asker: Asker,
        command: Box<Command>,
        key: Option<Key>,
        reply: Reply<Answer>,
    },
    /// What the connection of a node brings.
    Channel {
        node: NodeId,
        event: Box<ChannelEvent>,
        reply: Reply<ChannelAnswer>,
    },
    /// The forwards that this process cannot listen for itself. It is not stored.
    Unopened {
        all: BTreeMap<InstanceId, Vec<Unopened>>,
        reply: Reply<()>,
    },
    /// Whether the database answers.
    Probe(oneshot::Sender<Result<(), StoreError>>),
}
