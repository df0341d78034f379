//! The worker of one instance, as `node/src/worker` runs it: look, decide, take one step, look again.

use std::time::Duration;

use agent::adopt;
use agent::converge::{Next, Seen, Step, next_step};
use agent::facts::{ContainerView, Labels, container_name};
use agent::local::{Local, Outcome};
use agent::report::report;
use model::Timestamp;
use model::assignment::AssignedInstance;
use model::id::{ClusterId, NodeId};
use model::observed::{Activity, ContainerState, InstanceReport, Problem, ProblemCode};

use crate::action::Fault;
use crate::engine::Engine;

#[derive(Debug, Clone)]
pub struct Worker {
    pub assigned: AssignedInstance,
    pub local: Local,
    seen: Seen,
    known_at: Timestamp,
    pause: Pause,
    trouble: Option<Problem>,
}

/// What comes next without a nudge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pause {
    Look,
    Act,
    LookAt(Duration),
    Nothing,
}

/// How often it is looked whether what only others can change has changed.
const LOOK_AGAIN: Duration = Duration::from_secs(10);

/// What one step of a worker came to.
#[derive(Debug)]
pub struct Stepped {
    pub step: Option<(Step, Outcome)>,
    pub report: InstanceReport,
}

/// Where a worker works.
pub struct Place<'a> {
    pub cluster: ClusterId,
    pub node: NodeId,
    pub engine: &'a mut Engine,
    /// Since the start of the simulation, and since the start of the node's process.
    pub now: Duration,
    pub up: Duration,
    pub wall: Timestamp,
}

impl Worker {
    pub const fn new(assigned: AssignedInstance, local: Local, wall: Timestamp) -> Self {
        Self { assigned, local, seen: Seen::Unknown, known_at: wall, pause: Pause::Look, trouble: None }
    }

    pub fn order(&mut self, assigned: &AssignedInstance) {
        if self.assigned != *assigned {
            self.local.ordered(&self.assigned, assigned);
            self.assigned = assigned.clone();
            // In the middle of its work it goes on with what it saw last.
            if self.pause != Pause::Act {
                self.pause = Pause::Look;
            }
            self.trouble = None;
        }
    }

    /// Something may have changed.
    pub const fn nudge(&mut self) {
        self.pause = Pause::Look;
    }

    /// Whether there is something to do at this moment since the start of the node's process.
    pub fn is_due(&self, up: Duration) -> bool {
        match self.pause {
            Pause::Look | Pause::Act => true,
            Pause::LookAt(at) => at <= up,
            Pause::Nothing => false,
        }
    }

    /// A look or a step, never both: between the two, anything may happen.
    pub fn work(&mut self, place: &mut Place<'_>, fault: Fault) -> Stepped {
        if self.pause != Pause::Act {
            self.look(place, fault);
            return Stepped { step: None, report: self.report(place, None, None) };
        }
        match next_step(&self.assigned, &self.seen, &self.local, place.up) {
            Next::Do(step) => {
                let outcome = self.step(place, step, fault);
                Stepped { step: Some((step, outcome)), report: self.report(place, None, None) }
            }
            Next::Wait { until } => {
                let after_ms = u64::try_from((until - place.up).as_millis()).unwrap_or(u64::MAX);
                self.pause = Pause::LookAt(self.local.forwards.again_at.map_or(until, |at| at.min(until)));
                let waiting = Some(Activity::RestartingSoon { after_ms });
                Stepped { step: None, report: self.report(place, waiting, None) }
            }
            Next::Settled => {
                self.trouble = None;
                self.pause = self.local.forwards.again_at.map_or(Pause::Nothing, Pause::LookAt);
                Stepped { step: None, report: self.report(place, None, None) }
            }
            Next::Stuck(problem) => {
                self.pause = Pause::LookAt(place.up + LOOK_AGAIN);
                Stepped { step: None, report: self.report(place, None, Some(problem)) }
            }
        }
    }

    fn look(&mut self, place: &Place<'_>, fault: Fault) {
        self.pause = Pause::Act;
        let answer = if fault == Fault::None { place.engine.inspect(&self.name()) } else { None };
        self.seen = match answer {
            None => Seen::Unknown,
            Some(found) => adopt::seen(place.cluster, &self.assigned, found),
        };
        if self.seen != Seen::Unknown {
            self.known_at = place.wall;
        }
        self.local.saw(&self.assigned, &self.seen, place.up);
    }

    fn step(&mut self, place: &mut Place<'_>, step: Step, fault: Fault) -> Outcome {
        let name = self.name();
        let plain = if fault == Fault::None { Outcome::Done } else { Outcome::Failed };
        let outcome = match step {
            Step::Create => place.engine.create(self.container(place), fault, place.now),
            Step::Start => place.engine.start(&name, fault),
            Step::Stop => place.engine.stop(&name, fault),
            Step::Remove => place.engine.remove(&name, fault),
            Step::OpenPorts => place.engine.listen(self.assigned.id, self.assigned.host_ports),
            Step::SetDoors => plain,
            Step::SetForwards => {
                let unopened = place.engine.forward(self.assigned.id, &self.assigned.forwards);
                self.local.forwarded(&self.assigned, unopened, place.up);
                Outcome::Done
            }
            Step::ClosePorts => {
                place.engine.listening.remove(&self.assigned.id);
                Outcome::Done
            }
            Step::Unroute => Outcome::Done,
            Step::WriteFiles | Step::EnsureImage | Step::Route | Step::DropFiles => plain,
        };
        let view = match &self.seen {
            Seen::Ours(view) => Some(view.clone()),
            Seen::Unknown | Seen::Absent | Seen::Foreign(_) => None,
        };
        self.local.stepped(&self.assigned, step, outcome, view.as_ref(), place.up);
        let looks = outcome != Outcome::Done || !step.leaves_container();
        self.pause = if looks { Pause::Look } else { Pause::Act };
        self.trouble = (outcome != Outcome::Done).then(|| trouble(step));
        outcome
    }

    fn report(&self, place: &Place<'_>, activity: Option<Activity>, problem: Option<Problem>) -> InstanceReport {
        let problem = problem.or_else(|| self.trouble.clone());
        report(&self.assigned, &self.seen, &self.local, activity, problem, self.known_at, place.up)
    }

    fn name(&self) -> String {
        container_name(self.assigned.id, self.assigned.incarnation)
    }

    fn container(&self, place: &Place<'_>) -> ContainerView {
        ContainerView {
            name: self.name(),
            container_id: String::new(),
            labels: Some(Labels::of(&self.assigned, place.cluster, place.node)),
            state: ContainerState::Created,
            started_at: None,
            paused: false,
        }
    }
}

fn trouble(step: Step) -> Problem {
    let code = if step == Step::OpenPorts { ProblemCode::PortsTaken } else { ProblemCode::Refused };
    Problem { code, message: format!("{step:?} was refused.") }
}
