//! What was seen, and when.

use model::explain::Evidence;
use model::instance::DesiredState;
use model::node::{EngineState, Liveness};
use model::observed::{ContainerState, Observed};

use super::{Seat, link};
use crate::world::LastReport;

/// In the order of time.
pub(super) fn evidence(seat: &Seat<'_>) -> Vec<Evidence> {
    let mut all = vec![Evidence { at: seat.instance.wished_at, text: wish(seat) }];
    all.extend(node(seat));
    all.extend(link::evidence(seat));
    if seat.instance.report.is_heard() {
        all.push(Evidence { at: seat.instance.report.at, text: seen(seat.name(), &seat.instance.report) });
        all.extend(behind(seat));
    }
    all.sort_by_key(|one| one.at);
    all
}

fn wish(seat: &Seat<'_>) -> String {
    let wished = match seat.instance.desired {
        DesiredState::Running => "run",
        DesiredState::Stopped => "stop",
        DesiredState::Deleted => "be deleted",
    };
    format!("It was asked to {wished}.")
}

fn node(seat: &Seat<'_>) -> Option<Evidence> {
    let name = seat.name();
    let at = seat.world.last_heard_at(seat.node)?;
    let text = match (seat.liveness, seat.world.node_facts(seat.node).map(|facts| &facts.engine)) {
        (Liveness::Never, _) => return None,
        (Liveness::Offline, _) => format!("{name} sent its last message."),
        (Liveness::Late, _) => format!("{name} sent a message; its next one is overdue."),
        (Liveness::Online, Some(EngineState::Away { reason } | EngineState::Hung { reason })) => {
            format!("{name} sent a message. Its container engine does not answer: {reason}")
        }
        (Liveness::Online, Some(EngineState::Up { .. } | EngineState::Unknown) | None) => {
            match seat.world.telemetry.of(seat.node.id).and_then(|pulse| pulse.round_trip) {
                Some(trip) => {
                    format!("{name} sent a message; it is online, with a round trip of {} ms.", trip.as_millis().max(1))
                }
                None => format!("{name} sent a message; it is online."),
            }
        }
    };
    Some(Evidence { at, text })
}

fn seen(node: &str, report: &LastReport) -> String {
    match &report.observed {
        Observed::Absent => format!("{node} looked for its container and found none."),
        Observed::Unknown { .. } => format!("{node} could not look at its container."),
        Observed::Present(facts) => match facts.state {
            ContainerState::Created => format!("{node} saw its container, never started."),
            ContainerState::Running if facts.paused => format!("{node} saw that its container is paused."),
            ContainerState::Running => format!("{node} saw it run."),
            ContainerState::Exited { code, out_of_memory: true } => {
                format!("{node} saw that it ran out of memory and ended with exit code {code}.")
            }
            ContainerState::Exited { code, out_of_memory: false } => {
                format!("{node} saw that it ended with exit code {code}.")
            }
            ContainerState::Dead => format!("{node} saw that the engine could not finish removing its container."),
        },
    }
}

/// A node that has not yet acted on the newest wish says so by the generation of its report.
fn behind(seat: &Seat<'_>) -> Option<Evidence> {
    let report = &seat.instance.report;
    (!seat.instance.is_acted_on()).then(|| Evidence {
        at: report.at,
        text: format!("{} has not acted on the newest request yet; its report is about an earlier one.", seat.name()),
    })
}
