//! What the pages for visitors have in common: one card in the middle, and how its form is read.

use dioxus::prelude::*;

use crate::frame::Exposed;
use crate::parts::Title;
use crate::route::Route;

#[component]
pub(in crate::pages) fn Door(
    title: String,
    text: Option<String>,
    aside: Option<Element>,
    children: Element,
) -> Element {
    rsx! {
        Title { text: "{title} · DockHost" }
        div { class: "flex min-h-dvh flex-col",
            Exposed {}
            main { class: "mx-auto flex w-full max-w-sm flex-1 flex-col justify-center gap-4 p-4",
                p { class: "px-1 font-semibold", "DockHost" }
                section { class: "flex flex-col gap-5 rounded-lg border border-line bg-surface-raised p-6",
                    div {
                        h1 { class: "text-xl font-semibold", "{title}" }
                        if let Some(text) = text {
                            p { class: "mt-1 text-text-muted", "{text}" }
                        }
                    }
                    {children}
                }
                div { class: "px-1 text-sm text-text-muted empty:hidden", {aside} }
            }
        }
    }
}

/// A way to another door.
#[component]
pub(in crate::pages) fn Aside(text: String, verb: String, to: Route) -> Element {
    rsx! {
        p {
            "{text} "
            Link { class: "font-medium text-accent-text underline underline-offset-2", to, "{verb}" }
        }
    }
}

/// What stands in a field of the form that is sent. Browsers fill in passwords before the page listens,
/// so the field itself is asked and not what was heard of it.
pub(in crate::pages) fn typed(event: &FormEvent, name: &str) -> String {
    match event.get_first(name) {
        Some(FormValue::Text(text)) => text,
        Some(FormValue::File(_)) | None => String::new(),
    }
}
