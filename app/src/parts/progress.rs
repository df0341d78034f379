//! How far a long step is.

use dioxus::prelude::*;

use super::Bar;

#[component]
pub(crate) fn ProgressBar(step: u32, of: u32, label: String) -> Element {
    let percent = (u64::from(step.min(of)) * 100).checked_div(u64::from(of)).unwrap_or(0);
    rsx! {
        div {
            class: "h-1.5 w-full min-w-24 overflow-hidden rounded-full bg-hover",
            role: "progressbar",
            aria_label: "{label}",
            aria_valuemin: "0",
            aria_valuemax: "{of}",
            aria_valuenow: "{step}",
            Bar { class: "fill-busy", percent }
        }
    }
}
