//! The product's own worker with the engine of a simulation: a look or a step at a time, and between two anything may happen.

use std::time::Duration;

use agent::converge::Step;
use agent::facts::{ContainerView, Labels};
use agent::local::Outcome;
use agent::row_file::RowFile;
use agent::worker::{News, Task, Worker};
use model::Timestamp;
use model::observed::{ContainerState, Problem, ProblemCode};

use crate::action::Fault;
use crate::engine::Engine;
use crate::node::Disk;

/// What one turn of a worker came to.
#[derive(Debug, Default)]
pub struct Turn {
    pub step: Option<(Step, Outcome)>,
    pub news: Option<News>,
}

/// Where a worker works.
pub struct Place<'a> {
    pub engine: &'a mut Engine,
    pub disk: &'a mut Disk,
    /// Since the start of the simulation, and since the start of the node's process.
    pub now: Duration,
    pub up: Duration,
    pub wall: Timestamp,
}

/// A look or a step, never both.
pub fn turn(worker: &mut Worker, place: &mut Place<'_>, fault: Fault) -> Turn {
    let (task, news) = worker.poll(place.up);
    let step = match task {
        Task::Look => {
            let answer = if fault == Fault::None { place.engine.inspect(&worker.name()) } else { None };
            worker.saw(answer, place.wall, place.up);
            None
        }
        Task::Act(step) => {
            let outcome = carry_out(worker, place, step, fault);
            let assigned = worker.current().assigned.clone();
            let problem = (outcome != Outcome::Done).then(|| trouble(step));
            worker.stepped(&assigned, step, outcome, problem, place.up);
            Some((step, outcome))
        }
        Task::Rest(_) => None,
    };
    Turn { step, news }
}

fn carry_out(worker: &mut Worker, place: &mut Place<'_>, step: Step, fault: Fault) -> Outcome {
    let (name, assigned) = (worker.name(), worker.current().assigned.clone());
    let plain = if fault == Fault::None { Outcome::Done } else { Outcome::Failed };
    match step {
        Step::Create => place.engine.create(container(worker), fault, place.now),
        Step::Start => place.engine.start(&name, fault),
        Step::OpenCgroups => place.engine.open_cgroups(&name, fault),
        Step::LetGo(init) => place.engine.let_go(&name, init, fault),
        Step::Stop => place.engine.stop(&name, fault),
        Step::Remove => place.engine.remove(&name, fault),
        Step::OpenPorts => place.engine.listen(assigned.id, assigned.host_ports),
        Step::SetForwards => {
            let unopened = place.engine.forward(assigned.id, &assigned.forwards);
            worker.local.forwarded(&assigned, unopened, place.up);
            Outcome::Done
        }
        Step::ClosePorts => {
            place.engine.listening.remove(&assigned.id);
            Outcome::Done
        }
        Step::Unroute => Outcome::Done,
        Step::WriteRow => {
            let refused = place.disk.refuses || plain != Outcome::Done;
            let written = if refused { Err(trouble(step)) } else { Ok(()) };
            if !refused {
                place.disk.rows.insert(assigned.id, RowFile::of(&assigned, worker.current().cluster));
            }
            worker.local.row_written(&assigned, written, place.up);
            Outcome::Done
        }
        Step::DropFiles => {
            place.disk.rows.retain(|id, _| plain != Outcome::Done || *id != assigned.id);
            plain
        }
        Step::SetDoors | Step::WriteFiles | Step::EnsureImage | Step::Route => plain,
    }
}

fn container(worker: &Worker) -> ContainerView {
    let order = worker.current();
    ContainerView {
        name: worker.name(),
        container_id: String::new(),
        labels: Some(Labels::of(&order.assigned, order.cluster)),
        state: ContainerState::Created,
        started_at: None,
        paused: false,
        first: None,
        own_end: None,
    }
}

fn trouble(step: Step) -> Problem {
    let code = if step == Step::OpenPorts { ProblemCode::PortsTaken } else { ProblemCode::Refused };
    Problem { code, message: format!("{step:?} was refused.") }
}
