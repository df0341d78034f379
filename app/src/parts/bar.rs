//! What is filled of a bar.

use dioxus::prelude::*;

/// Fills the element around it, which has the rounded ends. A picture, because the page's policy allows no style in an
/// element, and a width that is a number cannot be a class.
#[component]
pub(crate) fn Bar(class: &'static str, percent: u64) -> Element {
    rsx! {
        svg { class: "block size-full", "aria-hidden": "true",
            rect { class: "transition-[width] duration-200 motion-reduce:transition-none {class}", width: "{percent}%", height: "100%" }
        }
    }
}
