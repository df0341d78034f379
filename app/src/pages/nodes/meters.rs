//! The bars of a node.

use dioxus::prelude::*;
use model::view::NodeView;

use super::load::{Load, loads};
use crate::parts::Bar;

/// From here on a bar is coloured: it will soon be full.
const HIGH: u8 = 85;
const FULL: u8 = 95;

#[component]
pub(super) fn Meters(node: NodeView) -> Element {
    rsx! {
        div { class: "grid grid-cols-[repeat(auto-fit,minmax(min(11rem,100%),1fr))] gap-x-6 gap-y-3",
            for load in loads(&node) {
                Meter { key: "{load.name}", load }
            }
        }
    }
}

#[component]
fn Meter(load: Load) -> Element {
    let Load { name, percent, words } = load;
    let fill = match percent {
        FULL.. => "fill-bad",
        HIGH.. => "fill-warn",
        _ => "fill-text-muted",
    };
    rsx! {
        div {
            div { class: "flex flex-wrap items-baseline justify-between gap-x-2 text-sm",
                span { class: "text-text-muted", "{name}" }
                span { class: "tabular-nums", "{words}" }
            }
            div {
                class: "mt-1 h-1.5 overflow-hidden rounded-full bg-hover",
                role: "meter",
                aria_label: "{name}",
                aria_valuemin: "0",
                aria_valuemax: "100",
                aria_valuenow: "{percent}",
                aria_valuetext: "{words}",
                Bar { class: fill, percent: u64::from(percent) }
            }
        }
    }
}
