//! What stands where a list would be.

use dioxus::prelude::*;

/// One sentence on what belongs here, and the button that makes the first one.
#[component]
pub(crate) fn Empty(
    title: String,
    text: String,
    /// Whether it is all that there is on the page.
    #[props(default)]
    heads: bool,
    action: Option<Element>,
    children: Element,
) -> Element {
    rsx! {
        div { class: "flex flex-col items-center gap-4 rounded-lg border border-dashed border-line px-6 py-12 text-center",
            div {
                if heads {
                    h1 { class: "text-lg font-medium", "{title}" }
                } else {
                    h2 { class: "text-lg font-medium", "{title}" }
                }
                p { class: "mt-1 max-w-md text-balance text-text-muted", "{text}" }
            }
            {action}
            {children}
        }
    }
}
