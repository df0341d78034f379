//! Terminals on one instance, in tabs, filling the window.

mod bar;
mod bridge;
mod closed;
mod dropped;
mod header;
mod pane;
mod saved;
mod tabs;

use dioxus::prelude::*;
use model::id::InstanceId;
use model::live::LiveWorld;
use model::phase::Phase;
use model::view::InstanceView;

use crate::parts::{Button, ButtonLink, Empty, Glyph, Title};
use crate::route::Route;
use crate::state::{use_called, use_world};

use bar::Bar;
use closed::Closed;
use dropped::{Dropped, FOLDER};
use header::Header;
use pane::Pane;
use tabs::{Tabs, use_tabs};

#[component]
pub(crate) fn Terminal(id: InstanceId) -> Element {
    rsx! {
        // Another instance is another page: nothing of the last one's terminals may stay.
        for id in [id] {
            Page { key: "{id}", id }
        }
    }
}

#[component]
fn Page(id: InstanceId) -> Element {
    let view = use_world(move |world: &LiveWorld| world.instances.get(&id).cloned());
    match view().flatten() {
        Some(view) => rsx! { Present { view } },
        None => rsx! {
            Title { text: "Terminal · DockHost" }
            Empty {
                title: "There is no such instance",
                text: "It was deleted, or it is not yours.",
                action: rsx! {
                    ButtonLink { to: Route::Instances {}, icon: Glyph::ArrowLeft, "All instances" }
                },
            }
        },
    }
}

#[component]
fn Present(view: InstanceView) -> Element {
    let tabs = use_tabs(view.id);
    // While its node is away it may well run on, and its terminals come back with the node. Those of one that is paused wait.
    let open = matches!(view.phase, Phase::Running | Phase::Paused | Phase::Unknown);
    let called = use_called(&view);
    rsx! {
        Title { text: "Terminal on {called} · DockHost" }
        Header { view: view.clone(), state: tabs.state().filter(|_| open) }
        if open {
            Terminals { tabs }
        } else {
            Closed { tabs, view }
        }
    }
}

#[component]
fn Terminals(tabs: Tabs) -> Element {
    // In a browser or a window only: the server does not know which terminals this tab had.
    use_effect(move || {
        spawn(tabs.restore());
    });
    let list = tabs.list.read();
    if list.is_empty() && (tabs.ready)() {
        return rsx! {
            Empty {
                title: "No terminal is open",
                text: "Each terminal is a shell of its own.",
                action: rsx! {
                    Button { icon: Glyph::Plus, onclick: move |_| tabs.open(), "New terminal" }
                },
            }
        };
    }
    rsx! {
        Bar { tabs }
        div {
            class: "group relative min-h-0 flex-1",
            "data-drop": "{tabs.instance}",
            "data-folder": FOLDER,
            for tab in list.iter().cloned() {
                Pane { key: "{tab.key}", tabs, shown: tab.key == (tabs.chosen)(), tab }
            }
            Dropped { instance: tabs.instance }
        }
    }
}
