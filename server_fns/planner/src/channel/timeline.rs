//! What a report adds to an instance's timeline: real transitions, and none for a look that failed.

use model::forward::Unopened;
use model::instance::DesiredState;
use model::name::NodeName;
use model::observed::{Activity, ContainerFacts, ContainerState, Observed, OwnEnd};

use crate::event::{EventKind, Movement};
use crate::rollup::exit_of;
use crate::world::Instance;

/// What happened between two reports, in order. `new` differs from `old` by its report.
pub(super) fn between(old: &Instance, new: &Instance, node: &NodeName) -> Vec<EventKind> {
    let mut all = Vec::new();
    if new.was_present && !old.was_present {
        all.push(EventKind::ContainerMade { node: node.clone() });
    }
    all.extend(movement(old, new).map(EventKind::Moved));
    let (before, after) = (&old.report.problem, &new.report.problem);
    if let Some(problem) = after
        && before != after
    {
        all.push(EventKind::Troubled(problem.clone()));
    }
    let known = |unopened: &&Unopened| old.report.unopened.contains(unopened);
    // What becomes of a number that another program has is told when it is decided.
    let open = |unopened: &&Unopened| !unopened.taken || new.moves(unopened.key);
    let new_ones = new.report.unopened.iter().filter(|unopened| !known(unopened)).filter(open);
    all.extend(new_ones.cloned().map(EventKind::Unopened));
    all
}

/// After a gap in what was known, a container that was there before has not moved as far as anyone can tell.
fn movement(old: &Instance, new: &Instance) -> Option<Movement> {
    let after = facts(&new.report.observed)?;
    let before = facts(&old.report.observed);
    if before.is_none() && old.was_present {
        return None;
    }
    match (before.map(|facts| facts.state), after.state) {
        (Some(ContainerState::Running), ContainerState::Running) => {
            let again = before.is_some_and(|before| before.started_at != after.started_at);
            let paused = (before.is_some_and(|before| before.paused), after.paused);
            match paused {
                _ if again => Some(Movement::Restarted),
                (false, true) => Some(Movement::Paused),
                (true, false) => Some(Movement::Resumed),
                (true, true) | (false, false) => None,
            }
        }
        (_, ContainerState::Running) if after.paused => Some(Movement::RunsPaused),
        (_, ContainerState::Running) => Some(Movement::Runs),
        (Some(ContainerState::Exited { .. }), ContainerState::Exited { .. }) => None,
        (_, ContainerState::Exited { .. }) => Some(match after.own_end {
            Some(OwnEnd::PowerOff) => Movement::SwitchedOff,
            Some(OwnEnd::Reboot) => Movement::Rebooted,
            None => stopped(new, after.state),
        }),
        (_, ContainerState::Created | ContainerState::Dead) => None,
    }
}

fn stopped(instance: &Instance, state: ContainerState) -> Movement {
    let asked = match &instance.report.activity {
        Some(Activity::Stopping | Activity::Starting | Activity::Creating | Activity::Removing) => true,
        Some(Activity::RestartingSoon { .. } | Activity::BuildingImage { .. } | Activity::PullingBase { .. })
        | None => instance.desired != DesiredState::Running,
    };
    exit_of(state).filter(|_| !asked).map_or(Movement::Stopped, Movement::Ended)
}

const fn facts(observed: &Observed) -> Option<&ContainerFacts> {
    match observed {
        Observed::Present(facts) => Some(facts),
        Observed::Absent | Observed::Unknown { .. } => None,
    }
}
