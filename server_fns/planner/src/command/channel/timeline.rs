//! What a report adds to an instance's timeline: real transitions, and none for a look that failed.

use model::forward::Unopened;
use model::instance::DesiredState;
use model::observed::{Activity, ContainerFacts, ContainerState, Observed};

use crate::rollup::exit_of;
use crate::view::sentence;
use crate::world::Instance;

/// Sentences about what happened between two reports, in order. `new` differs from `old` by its report.
pub(super) fn lines(old: &Instance, new: &Instance, node: &str) -> Vec<String> {
    let mut lines = Vec::new();
    if new.was_present && !old.was_present {
        lines.push(format!("Its container was created on {node}."));
    }
    lines.extend(movement(old, new));
    let (before, after) = (&old.report.problem, &new.report.problem);
    if let Some(problem) = after
        && before != after
    {
        lines.push(problem.message.clone());
    }
    let known = |unopened: &&Unopened| old.report.unopened.contains(unopened);
    // What becomes of a number that another program has is told when it is decided.
    let open = |unopened: &&Unopened| !unopened.taken || new.moves(unopened.key);
    lines.extend(new.report.unopened.iter().filter(|unopened| !known(unopened)).filter(open).map(sentence));
    lines
}

/// After a gap in what was known, a container that was there before has not moved as far as anyone can tell.
fn movement(old: &Instance, new: &Instance) -> Option<String> {
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
                _ if again => Some("It was restarted.".to_owned()),
                (false, true) => Some("Somebody paused its container on its node.".to_owned()),
                (true, false) => Some("Its container is no longer paused.".to_owned()),
                (true, true) | (false, false) => None,
            }
        }
        (_, ContainerState::Running) if after.paused => Some("It is running, and its container is paused.".to_owned()),
        (_, ContainerState::Running) => Some("It is running.".to_owned()),
        (Some(ContainerState::Exited { .. }), ContainerState::Exited { .. }) => None,
        (_, ContainerState::Exited { .. }) => Some(stopped(new, after.state)),
        (_, ContainerState::Created | ContainerState::Dead) => None,
    }
}

fn stopped(instance: &Instance, state: ContainerState) -> String {
    let asked = match &instance.report.activity {
        Some(Activity::Stopping | Activity::Starting | Activity::Creating | Activity::Removing) => true,
        Some(Activity::RestartingSoon { .. } | Activity::BuildingImage { .. } | Activity::PullingBase { .. })
        | None => instance.desired != DesiredState::Running,
    };
    match exit_of(state).filter(|_| !asked) {
        Some(exit) => format!("It {exit}."),
        None => "It stopped.".to_owned(),
    }
}

const fn facts(observed: &Observed) -> Option<&ContainerFacts> {
    match observed {
        Observed::Present(facts) => Some(facts),
        Observed::Absent | Observed::Unknown { .. } => None,
    }
}
