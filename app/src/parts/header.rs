//! The top of a page.

use dioxus::prelude::*;

use super::Title;

/// The page's title, here and in the browser's tab.
#[component]
pub(crate) fn PageHeader(title: String, text: Option<String>, actions: Option<Element>) -> Element {
    rsx! {
        Title { text: "{title} · DockHost" }
        header { class: "flex flex-wrap items-center justify-between gap-3 pb-5",
            div { class: "min-w-0",
                h1 { class: "truncate text-xl font-semibold", "{title}" }
                if let Some(text) = text {
                    p { class: "mt-1 text-text-muted", "{text}" }
                }
            }
            div { class: "flex grow flex-wrap items-center justify-end gap-2 empty:hidden", {actions} }
        }
    }
}
