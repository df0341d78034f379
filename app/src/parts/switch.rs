//! What is on or off at once, without a form around it.

use dioxus::prelude::*;

use super::Toggle;

/// While `busy` it cannot be pressed again and says so to screen readers.
#[component]
pub(crate) fn Switch(
    name: String,
    label: String,
    /// What it means, in one sentence.
    hint: String,
    on: bool,
    #[props(default)] busy: bool,
    onchange: EventHandler<bool>,
) -> Element {
    rsx! {
        label { class: "flex min-h-9 w-fit cursor-pointer items-start gap-3 py-1 has-disabled:cursor-wait pointer-coarse:min-h-11",
            span { class: "mt-0.5 flex",
                Toggle { name: name.clone(), described_by: "{name}-hint", on, busy, onchange }
            }
            span { class: "min-w-0",
                span { class: "block font-medium", "{label}" }
                span { id: "{name}-hint", class: "block max-w-prose text-sm text-text-muted", "{hint}" }
            }
        }
    }
}
