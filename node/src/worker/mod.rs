//! One task for each instance, so that one that is stuck delays nobody. `agent::worker` decides; this looks and acts.

mod act;

use std::sync::Arc;
use std::time::Duration;

use agent::converge::Step;
use agent::facts::ContainerView;
use agent::handshake::First;
use agent::local::{Local, Outcome};
use agent::worker::{News, Order, Task};
use chrono::Utc;
use model::instance::DesiredState;
use model::observed::ContainerState;
use tokio::sync::{Notify, mpsc, watch};
use tokio::time::{Instant, sleep_until};

use crate::docker::{Engine, EngineError};
use crate::event::Event;
use crate::files::Files;
use crate::forward::Forwards;
use crate::handshake;
use crate::images::Builds;

/// What every worker of a node works with.
#[derive(Clone)]
pub struct Tools {
    pub engine: Engine,
    pub builds: Arc<Builds>,
    pub forwards: Forwards,
    pub files: Files,
    pub stop_grace: Duration,
    /// All times of the deciding core are counted from here.
    pub started: Instant,
}

impl Tools {
    pub fn now(&self) -> Duration {
        self.started.elapsed()
    }
}

pub struct Worker {
    tools: Tools,
    orders: watch::Receiver<Order>,
    nudge: Arc<Notify>,
    events: mpsc::Sender<Event>,
    core: agent::worker::Worker,
    image_tag: Option<String>,
    /// Of the container's first process, at the last look.
    pid: Option<i32>,
}

impl Worker {
    pub fn new(
        tools: Tools,
        orders: watch::Receiver<Order>,
        nudge: Arc<Notify>,
        events: mpsc::Sender<Event>,
        local: Local,
    ) -> Self {
        let order = orders.borrow().clone();
        let core = agent::worker::Worker::new(order, local, Utc::now());
        Self { tools, orders, nudge, events, core, image_tag: None, pid: None }
    }

    /// Works until the loop drops its end of `orders`.
    pub async fn run(mut self) {
        let nudge = Arc::clone(&self.nudge);
        loop {
            let order = self.orders.borrow_and_update().clone();
            self.core.order(order);
            let (task, news) = self.core.poll(self.tools.now());
            self.tell(news).await;
            match task {
                Task::Look => self.look().await,
                Task::Act(step) => self.step(step).await,
                Task::Rest(until) => {
                    let wake = until.map(|at| self.tools.started + at);
                    tokio::select! {
                        changed = self.orders.changed() => if changed.is_err() { return },
                        () = nudge.notified() => self.core.nudge(),
                        () = sleep_until(wake.unwrap_or_else(Instant::now)), if wake.is_some() => {}
                    }
                }
            }
        }
    }

    /// Asks the engine for this very container.
    async fn look(&mut self) {
        let name = self.core.name();
        let inspected = match self.seen(&name).await {
            Ok(found) => Some(found),
            Err(error) => {
                tracing::debug!(name, %error, "the container could not be looked at");
                None
            }
        };
        self.core.saw(inspected, Utc::now(), self.tools.now());
    }

    async fn seen(&mut self, name: &str) -> Result<Option<ContainerView>, EngineError> {
        let engine = &self.tools.engine;
        let Some((mut view, pid)) = engine.examine(name).await? else { return Ok(None) };
        self.pid = pid;
        let assigned = &self.core.current().assigned;
        if view.first == Some(First::Unseen) {
            view.first = Some(handshake::look(&self.tools.files.dir(assigned.id), &view, pid));
        }
        // Why it ended is asked only where something depends on it.
        if matches!(view.state, ContainerState::Exited { .. }) && assigned.desired == DesiredState::Running {
            view.own_end = engine.own_end(name).await?;
        }
        Ok(Some(view))
    }

    async fn step(&mut self, step: Step) {
        let assigned = self.core.current().assigned.clone();
        tracing::debug!(instance = %assigned.id, ?step);
        let (outcome, problem) = match self.act(step).await {
            Ok(()) => (Outcome::Done, None),
            Err(failure) => (failure.outcome, failure.problem),
        };
        if let Some(problem) = &problem {
            tracing::warn!(instance = %assigned.id, ?step, "{}", problem.message);
        }
        self.core.stepped(&assigned, step, outcome, problem, self.tools.now());
    }

    /// Tells the loop how it is, if that changed.
    async fn tell(&self, news: Option<News>) {
        let Some(news) = news else { return };
        let instance = self.core.current().assigned.id;
        // Without a loop the process is ending.
        let _ = self.events.send(Event::Worker { instance, news }).await;
    }
}
