//! From wish and fact to the one step to take next: look, take one step, look again.

use std::time::Duration;

use model::assignment::AssignedInstance;
use model::instance::DesiredState;
use model::observed::{ContainerState, Problem};

use crate::handshake;
use crate::local::{Files, Local, Running};
use crate::problem;
pub use crate::step::{Seen, Step};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    Do(Step),
    /// Nothing before this moment, in time since the node's start.
    Wait {
        until: Duration,
    },
    /// Wish and fact are one.
    Settled,
    /// Nothing that the node may do helps; look again when something changed.
    Stuck(Problem),
}

/// The next step for one instance. [`Local::saw`] must have taken in `seen` before.
pub fn next_step(assigned: &AssignedInstance, seen: &Seen, local: &Local, now: Duration) -> Next {
    match assigned.desired {
        DesiredState::Running => prepare(assigned, seen, local, now).unwrap_or_else(|| run(assigned, seen, local, now)),
        DesiredState::Stopped => prepare(assigned, seen, local, now).unwrap_or_else(|| rest(assigned, seen, local)),
        DesiredState::Deleted => delete(seen, local, now),
    }
}

/// Files and ports come before everything else and are held also while the instance is stopped, so
/// that no other program takes the ports.
fn prepare(assigned: &AssignedInstance, seen: &Seen, local: &Local, now: Duration) -> Option<Next> {
    if let Seen::Foreign(name) = seen {
        return Some(Next::Stuck(problem::foreign(name)));
    }
    let current = matches!(
        &local.files,
        Files::Written(host_key, keys) if *host_key == assigned.host_key && *keys == assigned.authorized_keys
    );
    if !current {
        return Some(Next::Do(Step::WriteFiles));
    }
    if !local.row.is_of(assigned) && local.row.again_at().is_none_or(|at| at <= now) {
        return Some(Next::Do(Step::WriteRow));
    }
    match local.ports_open {
        None => Some(Next::Do(Step::OpenPorts)),
        Some(open) if open != assigned.host_ports => Some(Next::Do(Step::ClosePorts)),
        Some(_) if local.closed != assigned.closed => Some(Next::Do(Step::SetDoors)),
        Some(_) if local.forwards.asked != assigned.forwards => Some(Next::Do(Step::SetForwards)),
        Some(_) if local.forwards.again_at.is_some_and(|at| at <= now) => Some(Next::Do(Step::SetForwards)),
        Some(_) => None,
    }
}

fn run(assigned: &AssignedInstance, seen: &Seen, local: &Local, now: Duration) -> Next {
    match seen {
        Seen::Unknown => Next::Stuck(problem::engine_away()),
        Seen::Foreign(name) => Next::Stuck(problem::foreign(name)),
        Seen::Absent if local.was_made(assigned) || !assigned.may_create => {
            unrouted(local).unwrap_or_else(|| Next::Stuck(problem::lost(false)))
        }
        Seen::Absent if !local.image_ready => Next::Do(Step::EnsureImage),
        // A container that nothing tells the row of could not be taken back.
        Seen::Absent => match local.row.again_at() {
            Some(until) => Next::Wait { until },
            None => Next::Do(Step::Create),
        },
        Seen::Ours(view) => match view.state {
            ContainerState::Running if assigned.restarts > local.restarts_done => {
                unrouted(local).unwrap_or(Next::Do(Step::Stop))
            }
            ContainerState::Running => match handshake::next(view, local) {
                Some(step) => unrouted(local).unwrap_or(Next::Do(step)),
                None if local.routed == Running::of(view) => Next::Settled,
                None => Next::Do(Step::Route),
            },
            ContainerState::Exited { .. } if local.is_off(assigned, view) => unrouted(local).unwrap_or(Next::Settled),
            ContainerState::Created | ContainerState::Exited { .. } => {
                match (unrouted(local), local.restart.due(now)) {
                    (Some(unroute), _) => unroute,
                    (None, Some(until)) => Next::Wait { until },
                    (None, None) => Next::Do(Step::Start),
                }
            }
            ContainerState::Dead => unrouted(local).unwrap_or_else(|| Next::Stuck(problem::dead())),
        },
    }
}

fn rest(assigned: &AssignedInstance, seen: &Seen, local: &Local) -> Next {
    if let Some(unroute) = unrouted(local) {
        return unroute;
    }
    match seen {
        Seen::Unknown => Next::Stuck(problem::engine_away()),
        Seen::Foreign(name) => Next::Stuck(problem::foreign(name)),
        Seen::Absent if local.was_made(assigned) || !assigned.may_create => Next::Stuck(problem::lost(true)),
        Seen::Absent => Next::Settled,
        Seen::Ours(view) => match view.state {
            ContainerState::Running => Next::Do(Step::Stop),
            ContainerState::Created | ContainerState::Exited { .. } => Next::Settled,
            ContainerState::Dead => Next::Stuck(problem::dead()),
        },
    }
}

fn delete(seen: &Seen, local: &Local, now: Duration) -> Next {
    if let Seen::Foreign(name) = seen {
        return Next::Stuck(problem::foreign(name));
    }
    if local.ports_open.is_some() {
        return Next::Do(Step::ClosePorts);
    }
    match seen {
        Seen::Unknown => Next::Stuck(problem::engine_away()),
        Seen::Foreign(name) => Next::Stuck(problem::foreign(name)),
        Seen::Ours(view) if view.state.is_running() => Next::Do(Step::Stop),
        Seen::Ours(_) => Next::Do(Step::Remove),
        Seen::Absent => match local.doubt(now) {
            Some(until) => Next::Wait { until },
            // The server forgets the instance on our word. An engine that wrongly denied the container in a look would keep it
            // for ever, so nobody's word is taken that there is none: removing what is not there is a success.
            None if !local.removed => Next::Do(Step::Remove),
            None if local.files == Files::Dropped => Next::Settled,
            None => Next::Do(Step::DropFiles),
        },
    }
}

fn unrouted(local: &Local) -> Option<Next> {
    local.routed.is_some().then_some(Next::Do(Step::Unroute))
}
