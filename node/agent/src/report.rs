//! What a node says of one instance.

use std::time::Duration;

use model::Timestamp;
use model::assignment::AssignedInstance;
use model::instance::DesiredState;
use model::observed::{Activity, ContainerFacts, InstanceReport, Observed, OwnEnd, Problem};
use model::version::Incarnation;

use crate::converge::Seen;
use crate::handshake::{First, is_done};
use crate::local::Local;

/// The report for one instance. `since` is when it was last not unknown, for a look that told nothing.
pub fn report(
    assigned: &AssignedInstance,
    seen: &Seen,
    local: &Local,
    activity: Option<Activity>,
    problem: Option<Problem>,
    since: Timestamp,
    now: Duration,
) -> InstanceReport {
    let observed = match seen {
        Seen::Ours(view) => Observed::Present(ContainerFacts {
            container_id: view.container_id.clone(),
            incarnation: assigned.incarnation,
            // Nobody is let in before its init runs.
            state: if view.state.is_running() && !is_done(view, local) { local.rested } else { view.state },
            started_at: view.started_at,
            paused: view.paused,
            init: view.first.and_then(First::init),
            own_end: match view.own_end {
                // Once somebody has wished it to run again, that is over.
                Some(OwnEnd::PowerOff) if !local.is_off(assigned, view) => None,
                own_end => own_end,
            },
        }),
        // The server lets go of name and ports on this word, so nothing may be left by then.
        Seen::Absent if assigned.desired == DesiredState::Deleted && !local.is_cleared(now) => {
            Observed::Unknown { since }
        }
        Seen::Absent => Observed::Absent,
        Seen::Unknown | Seen::Foreign(_) => Observed::Unknown { since },
    };
    InstanceReport {
        instance: assigned.id,
        generation: assigned.generation,
        observed,
        activity,
        problem,
        unopened: local.forwards.unopened.clone(),
        closed: Some(local.shut()),
    }
}

/// Whether the server may be told. Once it knows of a container, a missing one is lost; so a node that has not
/// written down yet that it made the container keeps the report back: killed now, it would make another, empty one.
pub fn may_be_told(report: &InstanceReport, written: Option<Incarnation>) -> bool {
    match &report.observed {
        Observed::Present(facts) => written.is_some_and(|made| made >= facts.incarnation),
        Observed::Absent | Observed::Unknown { .. } => true,
    }
}
