//! The tabs above the terminals.

use dioxus::prelude::*;

use super::bridge::{button, panel};
use super::tabs::{Tab, Tabs};
use crate::parts::{Glyph, Icon};
use crate::script;

const SMALL: &str = "inline-flex size-9 shrink-0 cursor-pointer items-center justify-center rounded-md text-text-muted hover:bg-hover \
    hover:text-text pointer-coarse:size-11";

#[component]
pub(super) fn Bar(tabs: Tabs) -> Element {
    let chosen = (tabs.chosen)();
    let owned = tabs.list.read().iter().map(|tab| button(tab.key)).collect::<Vec<_>>().join(" ");
    rsx! {
        // The room around is for the ring of what has the focus.
        div { class: "-mx-1 flex items-center gap-1 px-1 pb-1",
            // A list of tabs has nothing but tabs in it, and each stands beside the button that closes it.
            div { role: "tablist", aria_label: "Terminals", aria_owns: "{owned}" }
            div { class: "-m-1 flex min-w-0 gap-1 overflow-x-auto p-1",
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
        div { class: "flex shrink-0 items-center rounded-md border {look}",
            button {
                id: button(tab.key),
                class: "h-9 cursor-pointer rounded-md pr-1 pl-3 text-sm font-medium whitespace-nowrap hover:text-text pointer-coarse:h-11",
                r#type: "button",
                title: Some(tab.title.clone()).filter(|title| !title.is_empty()),
                role: "tab",
                aria_selected: if chosen { "true" } else { "false" },
                aria_controls: panel(tab.key),
                tabindex: if chosen { "0" } else { "-1" },
                onclick: move |_| tabs.choose(tab.key),
                onkeydown: move |event: KeyboardEvent| {
                    if let Some(to) = tabs.towards(tab.key, &event.key()) {
                        event.prevent_default();
                        script::focus(&button(to));
                    } else if event.key() == Key::Delete {
                        event.prevent_default();
                        tabs.close(tab.key);
                    }
                },
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
