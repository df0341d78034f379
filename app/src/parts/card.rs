//! A part of a page with a border of its own.

use dioxus::prelude::*;

#[component]
pub(crate) fn Card(
    title: Option<String>,
    class: Option<String>,
    actions: Option<Element>,
    children: Element,
) -> Element {
    let class = class.unwrap_or_default();
    rsx! {
        section { class: "rounded-lg border border-line bg-surface-raised {class}",
            if let Some(title) = title {
                header { class: "flex min-h-11 items-center justify-between gap-3 border-b border-line px-4 py-1",
                    h2 { class: "font-medium", "{title}" }
                    {actions}
                }
            }
            // What is in it goes by its width and the size of the text, not by the window's.
            div { class: "@container p-4", {children} }
        }
    }
}
