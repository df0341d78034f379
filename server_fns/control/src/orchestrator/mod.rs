//! The one task that owns the world and is the only writer. Every change, whoever asks for it, takes this one path:
//! decide, commit, apply, show, answer; then look after the nodes. Requests that wait together are decided one on the other
//! and committed together.

mod draw;
mod line;
mod readiness;
mod request;
mod run;
mod worlds;

use std::collections::BTreeMap;
use std::sync::Arc;

use model::forward::Unopened;
use model::id::{InstanceId, NodeId};
use model::refusal::{Refusal, RefusalCode};
use planner::channel::{ChannelAnswer, ChannelEvent};
use planner::command::idempotency::Key;
use planner::command::{Answer, Asker, Command};
use planner::world::World;
use tokio::sync::{mpsc, oneshot};

use crate::clock::Clock;
use crate::limits;
use readiness::Readiness;
use request::{Reply, Request};

pub(crate) use run::Loop;
pub(crate) use worlds::Worlds;

/// The way to the orchestrator. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Orchestrator {
    requests: mpsc::Sender<Request>,
    worlds: Worlds,
    clock: Clock,
    readiness: Readiness,
}

impl Orchestrator {
    pub(crate) fn clock(&self) -> Clock {
        self.clock
    }

    /// The newest world whose changes are on disk.
    pub(crate) fn world(&self) -> Arc<World> {
        self.worlds.borrow()
    }

    /// Tells of each change of the world.
    pub(crate) fn watch(&self) -> Worlds {
        self.worlds.clone()
    }

    /// Decides a command, commits it, and gives its answer.
    pub(crate) async fn ask(&self, asker: Asker, command: Command) -> Result<Answer, Refusal> {
        self.ask_once(asker, command, None).await
    }

    /// The same; with a key, a repetition gets the first answer.
    pub(crate) async fn ask_once(&self, asker: Asker, command: Command, key: Option<Key>) -> Result<Answer, Refusal> {
        let command = Box::new(command);
        self.answer(|reply| Request::Command { asker, command, key, reply }).await
    }

    /// What the connection of a node brings.
    pub(crate) async fn hear(&self, node: NodeId, event: ChannelEvent) -> Result<ChannelAnswer, Refusal> {
        let event = Box::new(event);
        self.answer(|reply| Request::Channel { node, event, reply }).await
    }

    /// Notes what this process cannot listen for.
    pub(crate) async fn note_unopened(&self, all: BTreeMap<InstanceId, Vec<Unopened>>) -> Result<(), Refusal> {
        self.answer(|reply| Request::Unopened { all, reply }).await
    }

    async fn answer<T>(&self, request: impl FnOnce(Reply<T>) -> Request) -> Result<T, Refusal> {
        let (reply, answer) = oneshot::channel();
        self.send(request(Reply::new(reply))).await?;
        match tokio::time::timeout(limits::ANSWER, answer).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(away()),
            Err(_) => Err(slow()),
        }
    }

    /// Whether the database answers, or did a moment ago.
    pub(crate) async fn probe(&self) -> Result<(), Refusal> {
        self.readiness.of(self.ask_database()).await
    }

    async fn ask_database(&self) -> Result<(), Refusal> {
        let (to, answer) = oneshot::channel();
        self.send(Request::Probe(to)).await?;
        match tokio::time::timeout(limits::ANSWER, answer).await {
            Ok(Ok(Ok(()))) => Ok(()),
            Ok(Ok(Err(error))) => Err(request::not_written(&error)),
            Ok(Err(_)) => Err(away()),
            Err(_) => Err(slow()),
        }
    }

    async fn send(&self, request: Request) -> Result<(), Refusal> {
        match tokio::time::timeout(limits::ANSWER, self.requests.send(request)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(away()),
            Err(_) => Err(Refusal::new(
                RefusalCode::Unavailable,
                "Too many requests are waiting. Nothing was changed; try again.",
            )),
        }
    }
}

fn away() -> Refusal {
    Refusal::new(RefusalCode::Unavailable, "The server is stopping. Try again in a moment.")
}

fn slow() -> Refusal {
    let message = "The database does not answer in time. Look whether the change was made before you try again.";
    Refusal::new(RefusalCode::Unavailable, message)
}
