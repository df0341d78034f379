//! What may be asked for now, and what each will do. The rules are those of the commands.

use model::explain::WayOut;
use model::node::Availability;
use model::phase::Phase;
use model::verb::Verb;

use super::Seat;
use crate::liveness::is_present;

/// In the order of what they cost.
pub(super) fn ways_out(seat: &Seat<'_>) -> Vec<WayOut> {
    let phase = seat.phase;
    let open = |verb: Verb| match verb {
        Verb::Start => seat.node.availability != Availability::Draining && (phase != Phase::Restarting || seat.waits),
        Verb::Forget => seat.overdue || !is_present(seat.liveness),
        Verb::Restart | Verb::Stop | Verb::Delete => true,
    };
    [Verb::Start, Verb::Restart, Verb::Stop, Verb::Delete, Verb::Forget]
        .into_iter()
        .filter(|verb| verb.is_open_to(phase) && open(*verb))
        .map(|verb| WayOut { verb, effect: effect(verb, phase, seat.name()) })
        .collect()
}

fn effect(verb: Verb, phase: Phase, node: &str) -> String {
    match (verb, phase) {
        (Verb::Start, Phase::Stopping) => "Cancels the stop; nothing is lost.".to_owned(),
        (Verb::Start, Phase::Error) => format!("Asks {node} to try again; nothing is lost."),
        (Verb::Start, Phase::Restarting) => "Starts it now, without the rest of the pause.".to_owned(),
        (Verb::Start, _) => "Starts it with its files as they are.".to_owned(),
        (Verb::Restart, Phase::Paused) => {
            "Ends the pause and its programs, and starts it again; its files stay.".to_owned()
        }
        (Verb::Restart, _) => "Ends its programs and starts it again; its files stay.".to_owned(),
        (Verb::Stop, Phase::Unknown) => format!("Happens when {node} is back; its files stay."),
        (Verb::Stop, Phase::Pending | Phase::Creating) => "Cancels the start; its name and host ports stay.".to_owned(),
        (Verb::Stop, _) => "Ends its programs, after a few seconds by force; its files stay.".to_owned(),
        (Verb::Delete, Phase::Unknown) => {
            format!(
                "Happens when {node} is back; all its files are lost then. While it waits for {node}, you can forget it instead."
            )
        }
        (Verb::Delete, Phase::Lost) => "Frees its name, host ports and quota.".to_owned(),
        (Verb::Delete, _) => "All its files are lost for good; name, host ports and quota become free.".to_owned(),
        (Verb::Forget, _) => format!(
            "Frees its name, host ports and quota at once, without {node}. The page of {node} then shows what is \
             left there; remove that by hand."
        ),
    }
}
