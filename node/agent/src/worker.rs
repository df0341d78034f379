//! The worker of one instance, as a state machine: look, decide, take one step. Whoever drives it does what it says and tells
//! it what came of that.

use std::time::Duration;

use model::Timestamp;
use model::assignment::AssignedInstance;
use model::id::{ClusterId, NodeId};
use model::instance::DesiredState;
use model::observed::{Activity, InstanceReport, Problem};

use crate::adopt;
use crate::backoff::Backoff;
use crate::converge::{Next, Seen, Step, next_step};
use crate::facts::{ContainerView, container_name};
use crate::local::{Local, Memory, Outcome};
use crate::report::report;

/// The first and the longest pause before something that failed is tried again.
const RETRY_FIRST: Duration = Duration::from_secs(1);
const RETRY_MAX: Duration = Duration::from_secs(30);
/// How often it is looked whether what only others can change has changed.
const LOOK_AGAIN: Duration = Duration::from_secs(10);

/// What one worker is to bring about.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    pub cluster: ClusterId,
    pub node: NodeId,
    pub assigned: AssignedInstance,
}

/// What a worker wants done next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// Ask the engine for its container, and call [`Worker::saw`].
    Look,
    /// Take this step, and call [`Worker::stepped`].
    Act(Step),
    /// Nothing until this moment, or until it is nudged or gets another order.
    Rest(Option<Duration>),
}

/// What the node's loop is told.
#[derive(Debug, Clone, PartialEq)]
pub struct News {
    pub report: InstanceReport,
    pub memory: Memory,
}

#[derive(Debug, Clone)]
pub struct Worker {
    order: Order,
    pub local: Local,
    seen: Seen,
    /// When a look last told something.
    known_at: Timestamp,
    pause: Pause,
    retries: Backoff,
    trouble: Option<Trouble>,
    told: Option<News>,
}

/// What comes next without a nudge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pause {
    Look,
    Act,
    LookAt(Duration),
    Nothing,
}

/// A step that failed, until when nothing is tried.
#[derive(Debug, Clone)]
struct Trouble {
    problem: Problem,
    until: Duration,
    /// What was seen before the step.
    seen: Seen,
}

impl Worker {
    pub const fn new(order: Order, local: Local, wall: Timestamp) -> Self {
        Self {
            order,
            local,
            seen: Seen::Unknown,
            known_at: wall,
            pause: Pause::Look,
            retries: Backoff::new(RETRY_FIRST, RETRY_MAX),
            trouble: None,
            told: None,
        }
    }

    pub const fn current(&self) -> &Order {
        &self.order
    }

    /// By which the engine knows its container.
    pub fn name(&self) -> String {
        container_name(self.order.assigned.id, self.order.assigned.incarnation)
    }

    /// A new wish is tried at once, whatever failed before. In the middle of its work it goes on with what it saw last.
    pub fn order(&mut self, order: Order) {
        if order == self.order {
            return;
        }
        self.local.ordered(&self.order.assigned, &order.assigned);
        self.order = order;
        self.calm();
        if self.pause != Pause::Act {
            self.pause = Pause::Look;
        }
    }

    /// Something may have changed.
    pub fn nudge(&mut self) {
        if self.pause != Pause::Act {
            self.pause = Pause::Look;
        }
    }

    /// Whether [`Self::poll`] has anything to say at this moment since the node's start, be it only how long to rest.
    pub fn is_due(&self, up: Duration) -> bool {
        match self.pause {
            Pause::Look | Pause::Act => true,
            Pause::LookAt(at) => at <= up,
            Pause::Nothing => false,
        }
    }

    /// What to do at this moment since the node's start, and what the loop is to be told before that.
    pub fn poll(&mut self, up: Duration) -> (Task, Option<News>) {
        match self.pause {
            Pause::Look => return (Task::Look, None),
            Pause::LookAt(at) if at <= up => return (Task::Look, None),
            Pause::LookAt(at) => return (Task::Rest(Some(at)), None),
            Pause::Nothing => return (Task::Rest(None), None),
            Pause::Act => {}
        }
        match next_step(&self.order.assigned, &self.seen, &self.local, up) {
            Next::Do(step) => {
                let seen = &self.seen;
                self.trouble.take_if(|trouble| trouble.seen != *seen || trouble.until <= up);
                match self.trouble.as_ref().map(|trouble| trouble.until) {
                    Some(until) => self.rest(Some(until), None, None, up),
                    None => {
                        let doing = activity(step);
                        let news = doing.is_some().then(|| self.news(doing, None, up)).flatten();
                        (Task::Act(step), news)
                    }
                }
            }
            Next::Wait { until } => {
                let waiting = match self.order.assigned.desired {
                    DesiredState::Deleted => {
                        self.calm();
                        Some(Activity::Removing)
                    }
                    // For its file, and that is told by its problem.
                    DesiredState::Running | DesiredState::Stopped if self.seen == Seen::Absent => None,
                    // A start that the engine refused looks like an end by itself; what it said stays with it.
                    DesiredState::Running | DesiredState::Stopped => {
                        let after_ms = u64::try_from((until - up).as_millis()).unwrap_or(u64::MAX);
                        Some(Activity::RestartingSoon { after_ms })
                    }
                };
                // Whatever is overdue by now waits for the same.
                let until = self.local.again_at().filter(|at| *at > up).map_or(until, |at| at.min(until));
                self.rest(Some(until), waiting, None, up)
            }
            Next::Settled => {
                self.calm();
                self.rest(self.local.again_at(), None, None, up)
            }
            Next::Stuck(problem) => self.rest(Some(up + LOOK_AGAIN), None, Some(problem), up),
        }
    }

    /// What the engine answered about its container; `None` if it did not answer.
    pub fn saw(&mut self, inspected: Option<Option<ContainerView>>, wall: Timestamp, up: Duration) {
        self.seen = match inspected {
            Some(found) => adopt::seen(self.order.cluster, &self.order.assigned, found),
            None => Seen::Unknown,
        };
        if self.seen != Seen::Unknown {
            self.known_at = wall;
        }
        self.local.saw(&self.order.assigned, &self.seen, up);
        self.pause = Pause::Act;
    }

    /// How the step ended that was carried out for `assigned`, which may no longer be the order. A problem is what its owner
    /// reads; without one, a step that was not done was given up.
    pub fn stepped(
        &mut self,
        assigned: &AssignedInstance,
        step: Step,
        outcome: Outcome,
        problem: Option<Problem>,
        up: Duration,
    ) {
        let view = self.container().cloned();
        self.local.stepped(assigned, step, outcome, view.as_ref(), up);
        let is_known = outcome == Outcome::Done && step.leaves_container();
        self.pause = if is_known { Pause::Act } else { Pause::Look };
        self.trouble = problem.map(|problem| {
            let until = up + self.retries.fail();
            Trouble { problem, until, seen: self.seen.clone() }
        });
    }

    /// As it was seen last, if it is this instance's.
    pub const fn container(&self) -> Option<&ContainerView> {
        match &self.seen {
            Seen::Ours(view) => Some(view),
            Seen::Unknown | Seen::Absent | Seen::Foreign(_) => None,
        }
    }

    /// The cgroups of the run that was seen last cannot be opened.
    pub fn kept_shut(&mut self) {
        if let Seen::Ours(view) = &self.seen {
            self.local.kept_shut(view);
        }
    }

    /// How far a long step is.
    pub fn progress(&mut self, activity: Option<Activity>, up: Duration) -> Option<News> {
        self.news(activity, None, up)
    }

    fn rest(
        &mut self,
        until: Option<Duration>,
        activity: Option<Activity>,
        problem: Option<Problem>,
        up: Duration,
    ) -> (Task, Option<News>) {
        self.pause = until.map_or(Pause::Nothing, Pause::LookAt);
        (Task::Rest(until), self.news(activity, problem, up))
    }

    /// How it is, if that differs from the last time.
    fn news(&mut self, activity: Option<Activity>, problem: Option<Problem>, up: Duration) -> Option<News> {
        let problem = problem
            .or_else(|| self.trouble.as_ref().map(|trouble| trouble.problem.clone()))
            .or_else(|| self.local.row.refused().cloned());
        let report = report(&self.order.assigned, &self.seen, &self.local, activity, problem, self.known_at, up);
        let memory = self.local.memory();
        let news = News { report, memory };
        if self.told.as_ref() == Some(&news) {
            return None;
        }
        self.told = Some(news.clone());
        Some(news)
    }

    fn calm(&mut self) {
        self.trouble = None;
        self.retries.reset();
    }
}

/// What the owner is told while a step goes on; `None` for what is done in no time.
const fn activity(step: Step) -> Option<Activity> {
    match step {
        Step::Create => Some(Activity::Creating),
        Step::Start | Step::OpenCgroups | Step::LetGo(_) => Some(Activity::Starting),
        Step::Stop => Some(Activity::Stopping),
        Step::Remove => Some(Activity::Removing),
        Step::WriteFiles
        | Step::WriteRow
        | Step::OpenPorts
        | Step::SetDoors
        | Step::SetForwards
        | Step::ClosePorts
        | Step::EnsureImage
        | Step::Route
        | Step::Unroute
        | Step::DropFiles => None,
    }
}
