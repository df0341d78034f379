//! The tabs above the terminals.

use dioxus::prelude::*;

use super::bridge::button;
use super::tabs::{Tab, Tabs};
use crate::parts::{Glyph, Icon};

const SMALL: &str = "inline-flex size-9 shrink-0 cursor-pointer items-center justify-center rounded-md text-text-muted hover:bg-hover \
    hover:text-text pointer-coarse:size-11";

#[component]
pub(super) fn Bar(tabs: Tabs) -> Element {
    let chosen = (tabs.chosen)();
    rsx! {
        // The room around is for the ring of what has the focus.
        div { class: "-mx-1 flex items-center gap-1 px-1 pb-1",
            ul { class: "-m-1 flex min-w-0 gap-1 overflow-x-auto p-1", aria_label: "Terminals",
                for tab in tabs.list.read().iter().cloned() {
                    One { key: "{tab.key}", tabs, chosen: tab.key == chosen, tab }
                }
            }
            button {
                class: SMALL,
                r#type: "button",
                title: "New terminal",
                aria_label: "New terminal",
                onclick: move |_| tabs.open(),
                Icon { glyph: Glyph::Plus }
            }
        }
    }
}

#[component]
fn One(tabs: Tabs, tab: Tab, chosen: bool) -> Element {
    let look = if chosen { "border-line bg-surface-raised" } else { "border-transparent text-text-muted" };
    let name = format!("Terminal {}", tab.number);
    rsx! {
        li { class: "flex shrink-0 items-center rounded-md border {look}",
            button {
                id: button(tab.key),
                class: "h-9 cursor-pointer rounded-md pr-1 pl-3 text-sm font-medium whitespace-nowrap hover:text-text pointer-coarse:h-11",
                r#type: "button",
                title: Some(tab.title.clone()).filter(|title| !title.is_empty()),
                aria_current: if chosen { "true" },
                onclick: move |_| tabs.choose(tab.key),
                "{name}"
            }
            button {
                class: SMALL,
                r#type: "button",
                title: "Close {name}",
                aria_label: "Close {name}",
                onclick: move |_| tabs.close(tab.key),
                Icon { glyph: Glyph::Close }
            }
        }
    }
}
