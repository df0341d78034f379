//! What every room may use of the server: the way to the orchestrator, and with it the world and the clock, the tasks
//! that a stop waits for, and the sign that it stops.

use std::fmt::Debug;
use std::sync::Arc;

use model::refusal::{Refusal, RefusalCode};
use planner::actor::Actor;
use planner::clock::Now;
use planner::command::idempotency::Key;
use planner::command::{Answer, Asker, Command};
use planner::credentials;
use planner::world::{Person, World};
use sha2::{Digest, Sha256};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::orchestrator::Orchestrator;

/// Cheap to clone.
#[derive(Clone)]
pub(crate) struct Core {
    pub(crate) orchestrator: Orchestrator,
    pub(crate) tasks: TaskTracker,
    pub(crate) stopping: CancellationToken,
}

impl Core {
    pub(crate) fn now(&self) -> Now {
        self.orchestrator.clock().now()
    }

    pub(crate) fn world(&self) -> Arc<World> {
        self.orchestrator.world()
    }

    /// What a person asks for; with a key of theirs, a repetition gets the first answer.
    pub(crate) async fn ask(&self, actor: &Actor, command: Command) -> Result<Answer, Refusal> {
        let key = actor.once.clone().map(|key| Key { request_hash: request_hash(&command), key });
        self.orchestrator.ask_once(Asker::Person(actor.clone()), command, key).await
    }

    pub(crate) fn person(&self, actor: &Actor) -> Result<Arc<Person>, Refusal> {
        self.world().people.get(&actor.person).cloned().ok_or_else(Refusal::unauthenticated)
    }
}

/// Whether what the actor signed in with still holds.
pub(crate) fn still_there(world: &World, actor: &Actor, now: Now) -> bool {
    credentials::check(world, actor, now).is_ok()
}

/// By which it is known that two requests ask the same.
fn request_hash(command: &Command) -> String {
    let text = if let Command::CreateInstance(asked) = command {
        // As it was stored before other commands had keys.
        serde_json::to_string(asked).unwrap_or_default()
    } else {
        format!("{:?}", command.as_sent())
    };
    hex::encode(Sha256::digest(text))
}

/// An answer to another command than was asked.
pub(crate) fn strange(answer: &impl Debug) -> Refusal {
    tracing::error!(?answer, "a command was answered as if it were another one");
    Refusal::failed()
}

pub(crate) fn gone(what: &str) -> Refusal {
    Refusal::new(RefusalCode::NotFound, format!("The {what} was removed at the same moment."))
}
