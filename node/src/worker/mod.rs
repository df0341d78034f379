//! One task for each instance, so that one that is stuck delays nobody: look, decide, take one step.

mod act;
mod look;

use std::sync::Arc;
use std::time::Duration;

use agent::backoff::Backoff;
use agent::converge::{Next, Seen, Step, next_step};
use agent::local::{Local, Outcome};
use chrono::Utc;
use model::Timestamp;
use model::assignment::AssignedInstance;
use model::id::{ClusterId, NodeId};
use model::instance::DesiredState;
use model::observed::{Activity, InstanceReport, Problem};
use tokio::sync::{Notify, mpsc, watch};
use tokio::time::{Instant, sleep_until};

use crate::docker::Engine;
use crate::event_loop::Event;
use crate::files::Files;
use crate::forward::Forwards;
use crate::ledger::Memory;

/// The first and the longest pause before something that failed is tried again.
const RETRY_FIRST: Duration = Duration::from_secs(1);
const RETRY_MOST: Duration = Duration::from_secs(30);
/// How often it is looked whether what only others can change has changed.
const LOOK_AGAIN: Duration = Duration::from_secs(10);

/// What every worker of a node works with.
#[derive(Clone)]
pub struct Tools {
    pub engine: Engine,
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

/// What one worker is to bring about.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    pub cluster: ClusterId,
    pub node: NodeId,
    pub assigned: AssignedInstance,
}

pub struct Worker {
    tools: Tools,
    orders: watch::Receiver<Order>,
    nudge: Arc<Notify>,
    events: mpsc::Sender<Event>,
    order: Order,
    seen: Seen,
    local: Local,
    image_tag: Option<String>,
    /// When a look last told something.
    known_at: Timestamp,
    retries: Backoff,
    trouble: Option<Trouble>,
    told: Option<(InstanceReport, Memory)>,
}

/// A step that failed, until when nothing is tried.
struct Trouble {
    problem: Problem,
    until: Duration,
    /// What was seen before the step.
    seen: Seen,
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
        Self {
            tools,
            orders,
            nudge,
            events,
            order,
            seen: Seen::Unknown,
            local,
            image_tag: None,
            known_at: Utc::now(),
            retries: Backoff::new(RETRY_FIRST, RETRY_MOST),
            trouble: None,
            told: None,
        }
    }

    /// Works until the loop drops its end of `orders`.
    pub async fn run(mut self) {
        let nudge = Arc::clone(&self.nudge);
        loop {
            let wake = self.round().await.map(|at| self.tools.started + at);
            tokio::select! {
                changed = self.orders.changed() => if changed.is_err() { return },
                () = nudge.notified() => {}
                () = sleep_until(wake.unwrap_or_else(Instant::now)), if wake.is_some() => {}
            }
        }
    }

    /// Steps until nothing is to be done now; says when to come back without being called.
    async fn round(&mut self) -> Option<Duration> {
        self.look().await;
        loop {
            self.take_order();
            let now = self.tools.now();
            match next_step(&self.order.assigned, &self.seen, &self.local, now) {
                Next::Do(step) => {
                    if let Some(trouble) =
                        self.trouble.take_if(|trouble| trouble.seen != self.seen || trouble.until <= now)
                    {
                        tracing::debug!(instance = %self.order.assigned.id, ?step, after = trouble.problem.message);
                    }
                    if let Some(until) = self.trouble.as_ref().map(|trouble| trouble.until) {
                        self.tell(None, None).await;
                        return Some(until);
                    }
                    self.step(step).await;
                }
                Next::Wait { until } => {
                    let pause = u64::try_from((until - now).as_millis()).unwrap_or(u64::MAX);
                    let waiting = match self.order.assigned.desired {
                        DesiredState::Deleted => {
                            self.calm();
                            Activity::Removing
                        }
                        // A start that the engine refused looks like an end by itself; what it said stays with it.
                        DesiredState::Running | DesiredState::Stopped => Activity::RestartingSoon { after_ms: pause },
                    };
                    self.tell(Some(waiting), None).await;
                    return Some(self.local.forwards.again_at.map_or(until, |at| at.min(until)));
                }
                Next::Settled => {
                    self.calm();
                    self.tell(None, None).await;
                    return self.local.forwards.again_at;
                }
                Next::Stuck(problem) => {
                    self.tell(None, Some(problem)).await;
                    return Some(now + LOOK_AGAIN);
                }
            }
        }
    }

    /// A new wish is tried at once, whatever failed before.
    fn take_order(&mut self) {
        let order = self.orders.borrow_and_update().clone();
        if order != self.order {
            self.local.ordered(&self.order.assigned, &order.assigned);
            self.order = order;
            self.calm();
        }
    }

    fn calm(&mut self) {
        self.trouble = None;
        self.retries.reset();
    }

    async fn step(&mut self, step: Step) {
        let before = self.seen.clone();
        tracing::debug!(instance = %self.order.assigned.id, ?step);
        if let Some(doing) = act::activity(step) {
            self.tell(Some(doing), None).await;
        }
        let assigned = self.order.assigned.clone();
        let (outcome, problem) = match self.act(step).await {
            Ok(()) => (Outcome::Done, None),
            Err(failure) => (failure.outcome, failure.problem),
        };
        let view = match &before {
            Seen::Ours(view) => Some(view),
            Seen::Unknown | Seen::Absent | Seen::Foreign(_) => None,
        };
        self.local.stepped(&assigned, step, outcome, view, self.tools.now());
        if outcome != Outcome::Done || !step.leaves_container() {
            self.look().await;
        }
        if let Some(problem) = problem {
            tracing::warn!(instance = %assigned.id, ?step, "{}", problem.message);
            let until = self.tools.now() + self.retries.fail();
            self.trouble = Some(Trouble { problem, until, seen: before });
        }
    }

    /// Tells the loop how it is, if that changed.
    async fn tell(&mut self, activity: Option<Activity>, problem: Option<Problem>) {
        let problem = problem.or_else(|| self.trouble.as_ref().map(|trouble| trouble.problem.clone()));
        self.report(activity, problem).await;
    }
}
