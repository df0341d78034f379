//! The part of a form that most people leave as it is.

use dioxus::prelude::*;

/// It opens by itself when something in it is told at first, or was refused.
#[component]
pub(crate) fn More(
    /// What is in it: *address and host ports*.
    what: String,
    #[props(default)] told: bool,
    refused: bool,
    children: Element,
) -> Element {
    let mut opened = use_signal(|| told);
    let open = opened() || refused;
    rsx! {
        div { class: "flex flex-col gap-4",
            button {
                class: "self-start cursor-pointer text-left text-sm font-medium text-accent-text underline-offset-2 hover:underline",
                r#type: "button",
                aria_expanded: if open { "true" } else { "false" },
                onclick: move |_| opened.set(!open),
                if open { "Less: {what}" } else { "More: {what}" }
            }
            if open {
                {children}
            }
        }
    }
}
