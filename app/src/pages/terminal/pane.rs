//! One terminal. The script draws it; what is said about it stands above.

use std::cell::RefCell;
use std::rc::Rc;

use dioxus::prelude::*;

use super::bridge::{self, Heard};
use super::tabs::{State, Tab, Tabs};
use crate::parts::{Button, ButtonKind, Glyph, Notice, NoticeKind};
use crate::script::Script;

#[component]
pub(super) fn Pane(tabs: Tabs, tab: Tab, shown: bool) -> Element {
    let key = tab.key;
    // Not a signal: it must still be there when the page goes.
    let held = use_hook(|| Rc::new(RefCell::new(None::<Script>)));
    let last = held.clone();
    use_drop(move || {
        if let Some(script) = last.take() {
            script.send(Heard::Close { ended: false });
        }
    });
    let begin = move |_| {
        let script = bridge::begin(key, tab.terminal.clone());
        held.replace(Some(script.clone()));
        tabs.attach(key, script.clone());
        spawn(bridge::listen(tabs, key, script));
        if shown {
            tabs.focus(key);
        }
    };
    // One that is not shown keeps its place, so that it has the right size all the time.
    let seen = if shown { "" } else { "invisible" };
    rsx! {
        section {
            id: bridge::panel(key),
            class: "absolute inset-0 flex flex-col gap-2 {seen}",
            role: "tabpanel",
            aria_label: "Terminal {tab.number}",
            match &tab.state {
                State::Ended(reason) => rsx! {
                    Notice {
                        action: rsx! {
                            Button { kind: ButtonKind::Primary, icon: Glyph::Restart, onclick: move |_| tabs.start_again(key), "Start again" }
                        },
                        "{reason}"
                    }
                },
                State::Reconnecting(Some(reason)) => rsx! {
                    Notice { kind: NoticeKind::Warn, "{reason}" }
                },
                State::Reconnecting(None) | State::Connecting | State::Connected => rsx! {},
            }
            div {
                id: bridge::element(key),
                class: "min-h-0 flex-1 overflow-hidden rounded-lg border border-line bg-surface-raised",
                onmounted: begin,
            }
        }
    }
}
