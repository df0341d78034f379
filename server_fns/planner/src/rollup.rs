//! One word and one sentence for people, computed from wish, fact and the node's liveness.

use std::time::Duration;

use model::Timestamp;
use model::instance::DesiredState;
use model::node::Liveness;
use model::observed::{Activity, ContainerState, Init, Observed, OwnEnd, Problem, ProblemCode};
use model::phase::Phase;
use model::view::Progress;

use crate::clock::Now;
use crate::liveness::{is_present, liveness};
use crate::world::{Instance, LastReport, World};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rollup {
    pub phase: Phase,
    /// Empty, or a sentence. It names no moment, so it changes only when something happens.
    pub message: String,
    pub progress: Option<Progress>,
    /// When it starts again by itself, if it waits for that.
    pub starts_at: Option<Timestamp>,
}

/// Why an instance that is wished to run answers nobody.
pub const PAUSED: &str = "Somebody paused its container on its node with `docker pause`, so its programs stand still and \
                          answer nobody.";

/// What to call an instance on a node of that liveness.
pub fn rollup(instance: &Instance, liveness: Liveness) -> Rollup {
    let report = &instance.report;
    let plain = |phase, message: String| Rollup { phase, message, progress: None, starts_at: None };
    let here = is_present(liveness);
    match (instance.desired, &report.problem) {
        (DesiredState::Deleted, problem) => plain(Phase::Deleting, deleting(here, problem.as_ref())),
        (DesiredState::Running | DesiredState::Stopped, Some(problem)) if problem.code == ProblemCode::Lost => {
            plain(Phase::Lost, problem.message.clone())
        }
        (DesiredState::Running | DesiredState::Stopped, _) if !here => plain(Phase::Unknown, away(report)),
        (DesiredState::Running, problem) => {
            let phase = wished_running(instance, problem.as_ref());
            let (message, progress) = (message(instance, phase), progress(report, phase));
            Rollup { phase, message, progress, starts_at: starts_at(instance) }
        }
        (DesiredState::Stopped, problem) => {
            let phase = wished_stopped(instance, problem.as_ref());
            plain(phase, message(instance, phase))
        }
    }
}

/// The phase of an instance of the world.
pub fn phase_of(world: &World, instance: &Instance, now: Now) -> Phase {
    rollup(instance, liveness(world, instance.node, now.mono)).phase
}

fn wished_running(instance: &Instance, problem: Option<&Problem>) -> Phase {
    let report = &instance.report;
    let state = state(&report.observed);
    let running = state.is_some_and(ContainerState::is_running);
    if running {
        let restarts = instance.restarts > report.restarts || matches!(report.activity, Some(Activity::Stopping));
        return match (restarts, is_paused(&report.observed)) {
            (true, _) => Phase::Restarting,
            (false, true) => Phase::Paused,
            (false, false) => Phase::Running,
        };
    }
    if instance.is_acted_on() && problem.is_some() {
        return Phase::Error;
    }
    match (state, &report.activity) {
        (Some(ContainerState::Dead), _) => Phase::Error,
        (Some(ContainerState::Exited { .. }), Some(Activity::RestartingSoon { .. } | Activity::Starting)) => {
            Phase::Restarting
        }
        (Some(ContainerState::Exited { .. }), Some(Activity::Stopping)) => Phase::Restarting,
        (_, Some(_)) => Phase::Creating,
        (Some(ContainerState::Created), None) => Phase::Creating,
        (Some(ContainerState::Exited { .. } | ContainerState::Running), None) => Phase::Pending,
        (None, None) if instance.was_present && report.observed != Observed::Absent => Phase::Unknown,
        (None, None) => Phase::Pending,
    }
}

fn wished_stopped(instance: &Instance, problem: Option<&Problem>) -> Phase {
    let report = &instance.report;
    let running = state(&report.observed).is_some_and(ContainerState::is_running);
    let unknown = matches!(report.observed, Observed::Unknown { .. });
    match (instance.is_acted_on(), problem) {
        (false, _) => Phase::Stopping,
        (true, Some(_)) if running || unknown => Phase::Error,
        (true, None) if unknown => Phase::Unknown,
        (true, _) if running || report.activity.is_some() => Phase::Stopping,
        (true, _) => Phase::Stopped,
    }
}

fn message(instance: &Instance, phase: Phase) -> String {
    let report = &instance.report;
    match phase {
        Phase::Unknown => "Its node has not looked at it yet.".to_owned(),
        Phase::Paused => PAUSED.to_owned(),
        Phase::Error | Phase::Running | Phase::Stopped if instance.is_acted_on() && report.problem.is_some() => {
            report.problem.as_ref().map(|problem| problem.message.clone()).unwrap_or_default()
        }
        Phase::Error => {
            "The container engine could not finish removing its container. Start it to try again.".to_owned()
        }
        Phase::Running | Phase::Stopped => ended(report).unwrap_or_default(),
        Phase::Pending
        | Phase::Creating
        | Phase::Stopping
        | Phase::Restarting
        | Phase::Rebuilding
        | Phase::Deleting
        | Phase::Lost => match &report.activity {
            // Somebody asked for it to start, and its node has not yet heard of that.
            Some(Activity::RestartingSoon { .. }) if !instance.is_acted_on() => "Starting.".to_owned(),
            Some(_) | None => doing(report),
        },
    }
}

/// The end of the pause that its node keeps, unless somebody has asked for something since.
pub(crate) fn starts_at(instance: &Instance) -> Option<Timestamp> {
    // No node keeps a longer one.
    const MAX: u64 = 24 * 3_600 * 1_000;
    let report = &instance.report;
    match &report.activity {
        Some(Activity::RestartingSoon { after_ms }) if instance.is_acted_on() => {
            Some(report.at + Duration::from_millis((*after_ms).min(MAX)))
        }
        Some(_) | None => None,
    }
}

/// What is being done, or else how it ended.
fn doing(report: &LastReport) -> String {
    match &report.activity {
        Some(Activity::BuildingImage { step, of }) => format!("Building the image, step {step} of {of}."),
        Some(Activity::PullingBase { percent: Some(percent) }) => format!("Fetching the base system, {percent} %."),
        Some(Activity::PullingBase { percent: None }) => "Fetching the base system.".to_owned(),
        Some(Activity::Creating) => "Creating its container.".to_owned(),
        Some(Activity::Starting) => "Starting.".to_owned(),
        Some(Activity::Stopping) => "Stopping.".to_owned(),
        Some(Activity::Removing) => "Removing its container.".to_owned(),
        Some(Activity::RestartingSoon { .. }) => {
            state(&report.observed).and_then(exit_of).map_or_else(String::new, |exit| format!("It {exit}."))
        }
        None => ended(report).unwrap_or_default(),
    }
}

/// Memory is the one end that its owner can do something about without looking inside.
fn ended(report: &LastReport) -> Option<String> {
    match state(&report.observed)? {
        ContainerState::Exited { out_of_memory: true, .. } => Some("It ran out of memory.".to_owned()),
        ContainerState::Exited { out_of_memory: false, .. }
        | ContainerState::Created
        | ContainerState::Running
        | ContainerState::Dead => None,
    }
}

/// How a container ended without being asked to, as a clause.
pub(crate) fn exit_of(state: ContainerState) -> Option<String> {
    match state {
        ContainerState::Exited { code, out_of_memory: true } => {
            Some(format!("ran out of memory and stopped (exit code {code})"))
        }
        ContainerState::Exited { code, out_of_memory: false } => Some(format!("stopped by itself (exit code {code})")),
        ContainerState::Created | ContainerState::Running | ContainerState::Dead => None,
    }
}

fn deleting(here: bool, problem: Option<&Problem>) -> String {
    match problem {
        _ if !here => "Its node is offline; it is deleted when the node is back.".to_owned(),
        Some(problem) if problem.code != ProblemCode::Lost => problem.message.clone(),
        Some(_) | None => String::new(),
    }
}

fn away(report: &LastReport) -> String {
    let seen = match state(&report.observed) {
        Some(ContainerState::Running) if is_paused(&report.observed) => "Last seen paused",
        Some(ContainerState::Running) => "Last seen running",
        Some(ContainerState::Exited { .. } | ContainerState::Dead) => "Last seen stopped",
        Some(ContainerState::Created) => "Last seen before its first start",
        None => "Nothing is known of it",
    };
    format!("{seen}; its node is offline.")
}

const fn progress(report: &LastReport, phase: Phase) -> Option<Progress> {
    match &report.activity {
        Some(Activity::BuildingImage { step, of }) if phase.is_busy() => Some(Progress { step: *step, of: *of }),
        Some(Activity::PullingBase { percent: Some(percent) }) if phase.is_busy() => {
            Some(Progress { step: *percent as u32, of: 100 })
        }
        Some(
            Activity::BuildingImage { .. }
            | Activity::PullingBase { .. }
            | Activity::Creating
            | Activity::Starting
            | Activity::Stopping
            | Activity::Removing
            | Activity::RestartingSoon { .. },
        )
        | None => None,
    }
}

/// Somebody paused its container with the engine's own command.
pub const fn is_paused(observed: &Observed) -> bool {
    match observed {
        Observed::Present(facts) => facts.paused && facts.state.is_running(),
        Observed::Absent | Observed::Unknown { .. } => false,
    }
}

pub(crate) const fn init(observed: &Observed) -> Option<Init> {
    match observed {
        Observed::Present(facts) => facts.init,
        Observed::Absent | Observed::Unknown { .. } => None,
    }
}

/// How its own programs ended it, if they did.
pub(crate) const fn own_end(observed: &Observed) -> Option<OwnEnd> {
    match observed {
        Observed::Present(facts) => facts.own_end,
        Observed::Absent | Observed::Unknown { .. } => None,
    }
}

pub(crate) const fn state(observed: &Observed) -> Option<ContainerState> {
    match observed {
        Observed::Present(facts) => Some(facts.state),
        Observed::Absent | Observed::Unknown { .. } => None,
    }
}
