//! Grey bars where text will be. They show only after 150 ms: what comes sooner needs no stand-in.

use dioxus::prelude::*;

#[component]
pub(crate) fn Skeleton(#[props(default = 3)] rows: u32) -> Element {
    rsx! {
        div { class: "flex animate-late flex-col gap-3", role: "status", aria_label: "Loading",
            for row in 0..rows {
                div { key: "{row}", class: "h-11 rounded-md bg-hover" }
            }
        }
    }
}
