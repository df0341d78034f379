//! The one task that owns the world and is the only writer. Every change, whoever asks for it, takes this one path:
//! decide, commit, apply, show, answer; then look after the nodes.

mod job;
mod readiness;
mod run;

use std::sync::Arc;

use model::refusal::{Refusal, RefusalCode};
use planner::clock::Now;
use planner::command::Decision;
use planner::world::World;
use tokio::sync::{mpsc, oneshot, watch};

use crate::clock::Clock;
use crate::limits;
use crate::store::StoreError;
use job::Job;
use readiness::Readiness;

pub(crate) use job::Draw;
pub(crate) use run::Loop;

enum Request {
    Decide(Job),
    /// Whether the database answers.
    Probe(oneshot::Sender<Result<(), StoreError>>),
}

/// The way to the orchestrator. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Orchestrator {
    requests: mpsc::Sender<Request>,
    world: watch::Receiver<Arc<World>>,
    clock: Clock,
    readiness: Readiness,
}

impl Orchestrator {
    pub(crate) fn clock(&self) -> Clock {
        self.clock
    }

    /// The newest world whose changes are on disk.
    pub(crate) fn world(&self) -> Arc<World> {
        self.world.borrow().clone()
    }

    /// Tells of each newer world; a slow reader is told of the newest only.
    pub(crate) fn watch(&self) -> watch::Receiver<Arc<World>> {
        self.world.clone()
    }

    /// Runs a command of the planner, commits what it decided and gives its answer.
    pub(crate) async fn decide<T, D>(&self, decide: D) -> Result<T, Refusal>
    where
        T: Send + 'static,
        D: FnOnce(&World, Draw<'_>, Now) -> Result<Decision<T>, Refusal> + Send + 'static,
    {
        self.decide_and(decide, |_, _, _| {}).await
    }

    /// As [`Self::decide`]; when the changes are on disk, `note` adds to the world what is not stored.
    pub(crate) async fn decide_and<T, E, D, N>(&self, decide: D, note: N) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Refusal> + Send + 'static,
        D: FnOnce(&World, Draw<'_>, Now) -> Result<Decision<T>, E> + Send + 'static,
        N: FnOnce(&mut World, &T, Now) + Send + 'static,
    {
        let (job, answer) = job::job(decide, note);
        self.send(Request::Decide(job)).await?;
        match tokio::time::timeout(limits::ANSWER, answer).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(away().into()),
            Err(_) => Err(slow().into()),
        }
    }

    /// Whether the database answers, or did a moment ago.
    pub(crate) async fn probe(&self) -> Result<(), Refusal> {
        self.readiness.of(self.ask()).await
    }

    async fn ask(&self) -> Result<(), Refusal> {
        let (to, answer) = oneshot::channel();
        self.send(Request::Probe(to)).await?;
        match tokio::time::timeout(limits::ANSWER, answer).await {
            Ok(Ok(Ok(()))) => Ok(()),
            Ok(Ok(Err(error))) => Err(run::not_written(&error)),
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
