//! How a node's link does: how far away it is, what flows, what is lost, and what it carries when it is measured.

use dioxus::prelude::*;
use model::link::{BitRate, Flow, Measurement};
use model::may::Action;
use model::node::Liveness;
use model::view::NodeView;
use server_fns::nodes;

use super::words::link;
use crate::action::use_ask;
use crate::parts::{Button, ButtonKind, NoticeKind, Time, use_toasts};

/// From here on a loss is coloured: people notice it, then it hurts.
const NOTICED: f32 = 1.0;
const HURTS: f32 = 5.0;

#[component]
pub(super) fn LinkMeter(node: NodeView) -> Element {
    let online = node.liveness == Liveness::Online;
    if node.flows.is_none() && node.measurement.is_none() {
        return rsx! {};
    }
    rsx! {
        section { class: "border-t border-line pt-2", aria_label: "Link of {node.name}",
            div { class: "flex min-h-9 items-center gap-3 text-sm",
                h3 { class: "text-text-muted", "Link" }
                if let Some(summary) = link(node.round_trip_ms, node.flows) {
                    span { class: "tabular-nums", title: "How long a message takes there and back, and what flows now", "{summary}" }
                }
                if node.may(Action::ManageNode) && online {
                    div { class: "-mr-3 ml-auto",
                        Measure { node: node.clone() }
                    }
                }
            }
            table { class: "w-full table-fixed text-sm tabular-nums",
                thead {
                    tr { class: "text-xs text-text-muted",
                        td {}
                        th { class: "py-1 text-right font-normal", scope: "col", "to the node" }
                        th { class: "py-1 text-right font-normal", scope: "col", "from the node" }
                    }
                }
                tbody {
                    if let Some(flows) = node.flows {
                        Row { name: "Now", title: "Bits that arrive in each second",
                            Rate { flow: flows.to_node }
                            Rate { flow: flows.from_node }
                        }
                        Row { name: "Loss", title: "The share of recent traffic that had to be sent again",
                            Loss { flow: flows.to_node }
                            Loss { flow: flows.from_node }
                        }
                    }
                    if let Some(Measurement { at, to_node, from_node }) = node.measurement {
                        tr {
                            th { class: "py-0.5 text-left font-normal text-text-muted", scope: "row",
                                "Measured, "
                                Time { at }
                            }
                            td { class: "py-0.5 text-right align-top font-medium", {BitRate(to_node.bytes_per_second).to_string()} }
                            td { class: "py-0.5 text-right align-top font-medium", {BitRate(from_node.bytes_per_second).to_string()} }
                        }
                    }
                }
            }
        }
    }
}

#[component]
fn Row(name: &'static str, title: &'static str, children: Element) -> Element {
    rsx! {
        tr {
            th { class: "py-0.5 text-left font-normal text-text-muted", scope: "row", title, "{name}" }
            {children}
        }
    }
}

#[component]
fn Rate(flow: Flow) -> Element {
    let words =
        flow.bytes_per_second.map(|rate| if flow.is_idle() { "idle".to_owned() } else { BitRate(rate).to_string() });
    cell(words, "", "The next heartbeats bring it, if the system at either end counts it.")
}

#[component]
fn Loss(flow: Flow) -> Element {
    let tone = match flow.loss_percent {
        Some(HURTS..) => "text-bad",
        Some(NOTICED..) => "text-warn",
        Some(_) | None => "",
    };
    let words = flow.loss_percent.map(|percent| format!("{percent} %"));
    cell(words, tone, "There was too little traffic to tell; Measure sends enough.")
}

/// What is known, or why nothing is.
fn cell(words: Option<String>, tone: &str, otherwise: &str) -> Element {
    match words {
        Some(words) => rsx! {
            td { class: "py-0.5 text-right {tone}", "{words}" }
        },
        None => rsx! {
            td { class: "py-0.5 text-right text-text-muted", title: "{otherwise}", aria_label: "not known", "–" }
        },
    }
}

#[component]
fn Measure(node: NodeView) -> Element {
    let ask = use_ask();
    let toasts = use_toasts();
    let name = node.name.clone();
    let measure = move |_| {
        let name = name.clone();
        ask.start(nodes::measure(node.id), move |Measurement { to_node, from_node, .. }| {
            let [to, from] = [to_node, from_node].map(|one| BitRate(one.bytes_per_second));
            toasts.say(NoticeKind::Good, format!("The link to {name} carries {to} to it and {from} from it."));
        });
    };
    rsx! {
        div { class: "flex items-center gap-2",
            if let Some(why) = ask.rest(&[]) {
                p { class: "max-w-56 text-bad", role: "alert", "{why}" }
            }
            Button {
                kind: ButtonKind::Quiet,
                busy: ask.busy(),
                title: "Sends up to 64 MiB over the link in each direction, for 3 s at most",
                onclick: measure,
                if ask.busy() {
                    "Measuring …"
                } else {
                    "Measure"
                }
            }
        }
    }
}
