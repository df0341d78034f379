//! What a node says of one instance.

use std::time::Duration;

use model::Timestamp;
use model::assignment::AssignedInstance;
use model::instance::DesiredState;
use model::observed::{Activity, ContainerFacts, InstanceReport, Observed, Problem};

use crate::converge::Seen;
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
            state: view.state,
            started_at: view.started_at,
        }),
        // The server lets go of name and ports on this word, so nothing may be left by then.
        Seen::Absent if assigned.desired == DesiredState::Deleted && !local.is_cleared(now) => {
            Observed::Unknown { since }
        }
        Seen::Absent => Observed::Absent,
        Seen::Unknown | Seen::Foreign(_) => Observed::Unknown { since },
    };
    InstanceReport { instance: assigned.id, generation: assigned.generation, observed, activity, problem }
}
