//! How the link to the instance's node does: what comes through it slowly or not at all may be the link's doing.

use model::explain::Evidence;
use model::link::{BitRate, Flow, Flows, Measurement};

use super::Seat;
use crate::liveness::is_present;
use crate::telemetry::Pulse;

/// What flows and what is lost now, and what it carried when it was measured.
pub(super) fn evidence(seat: &Seat<'_>) -> Vec<Evidence> {
    let Some(link) = seat.world.links.get(&seat.node.id) else { return Vec::new() };
    let pulse = seat.world.telemetry.of(seat.node.id);
    let now = pulse.and_then(|pulse| Some(Evidence { at: pulse.last_heard_at, text: now(seat, pulse)? }));
    let measured = link.measurement.map(|measured| Evidence { at: measured.at, text: carried(seat.name(), &measured) });
    now.into_iter().chain(measured).collect()
}

fn now(seat: &Seat<'_>, pulse: &Pulse) -> Option<String> {
    if !is_present(seat.liveness) {
        return None;
    }
    let flows = pulse.meter.view();
    let Flows { to_node, from_node } = flows;
    if flows.is_idle() && flows.is_whole() {
        let trip = pulse.round_trip.map(|trip| format!("{} ms, ", trip.as_millis().max(1))).unwrap_or_default();
        return Some(format!("Link to {}: {trip}idle, no loss.", seat.name()));
    }
    match (told(&to_node), told(&from_node)) {
        (None, None) => None,
        (to, from) => {
            let unknown = || "not known yet".to_owned();
            let (to, from, node) = (to.unwrap_or_else(unknown), from.unwrap_or_else(unknown), seat.name());
            Some(format!("Traffic on the link to {node} now: to it {to}; from it {from}."))
        }
    }
}

fn told(flow: &Flow) -> Option<String> {
    let Flow { bytes_per_second, loss_percent } = flow;
    let idle = flow.is_idle().then(|| "next to none".to_owned());
    let rate = idle.or_else(|| bytes_per_second.map(|rate| BitRate(rate).to_string()));
    let loss = loss_percent.map(|percent| format!("{percent} % lost"));
    let told: Vec<String> = rate.into_iter().chain(loss).collect();
    (!told.is_empty()).then(|| told.join(", "))
}

fn carried(node: &str, Measurement { at: _, to_node, from_node }: &Measurement) -> String {
    let [to, from] = [to_node, from_node].map(|one| BitRate(one.bytes_per_second));
    format!("A measurement of the link to {node} reached {to} to it and {from} from it.")
}
