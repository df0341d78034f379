//! What happened: to oneself and one's own, to one instance or node, and for administrators to everybody.

mod chosen;
mod feed;
mod lines;
mod row;

use dioxus::prelude::*;
use model::event::Topic;
use model::live::LiveWorld;
use model::may::Action;

use crate::parts::PageHeader;
use crate::route::Route;
use crate::state::use_world;

pub(crate) use chosen::{Chosen, Of};
pub(crate) use feed::Feed;

/// Where links lead; the router reads the address as the one with a query that is empty.
#[component]
pub(crate) fn Activity() -> Element {
    rsx! { ActivityOf { chosen: Chosen::default() } }
}

#[component]
pub(crate) fn ActivityOf(chosen: Chosen) -> Element {
    let sees_all = use_world(|world: &LiveWorld| world.me.may(Action::SeeActivity));
    let subject = use_world(use_subject(chosen.of));
    let Some(sees_all) = sees_all() else { return rsx! {} };
    let title = match subject().flatten() {
        Some(name) => format!("Activity of {name}"),
        None => "Activity".to_owned(),
    };
    rsx! {
        PageHeader { title, text: "Who did what, and what the nodes saw. Times are UTC." }
        div { class: "flex flex-wrap items-center gap-x-6 gap-y-2 pb-5",
            nav { class: "flex flex-wrap gap-1", aria_label: "Whose activity",
                Way { to: Chosen { of: Of::Me, at: None, ..chosen }, on: chosen.of == Of::Me, "Mine" }
                if sees_all {
                    Way { to: Chosen { of: Of::Everybody, at: None, ..chosen }, on: chosen.of == Of::Everybody, "Everybody's" }
                }
                if let Some(name) = subject().flatten() {
                    Way { to: Chosen { at: None, ..chosen }, on: true, "{name}" }
                }
            }
            nav { class: "flex flex-wrap gap-1", aria_label: "About",
                Way { to: Chosen { topic: None, at: None, ..chosen }, on: chosen.topic.is_none(), "All" }
                for topic in Topic::ALL {
                    Way { key: "{topic.name()}", to: Chosen { topic: Some(topic), at: None, ..chosen }, on: chosen.topic == Some(topic), "{topic.title()}" }
                }
            }
        }
        if chosen.at.is_some() {
            p { class: "pb-4 text-sm text-text-muted",
                "From one line on. "
                Link { class: "text-accent-text underline-offset-2 hover:underline", to: Chosen { at: None, ..chosen }.route(), "Show the newest" }
            }
        }
        // Another choice is another list, which begins anew.
        {rsx! {
            Feed { key: "{chosen}", chosen }
        }}
    }
}

/// What it is called now.
fn use_subject(of: Of) -> impl Fn(&LiveWorld) -> Option<String> + 'static {
    move |world| match of {
        Of::Me | Of::Everybody => None,
        Of::Instance(id) => {
            Some(world.instances.get(&id).map_or_else(|| id.to_string(), |view| view.called(&world.me.username)))
        }
        Of::Node(id) => Some(world.nodes.get(&id).map_or_else(|| id.to_string(), |view| view.name.to_string())),
    }
}

/// A choice, as a way to its address.
#[component]
fn Way(to: Chosen, on: bool, children: Element) -> Element {
    let look = if on { "border-line bg-surface-raised" } else { "border-transparent text-text-muted hover:bg-hover" };
    let to: Route = to.route();
    rsx! {
        Link {
            class: "inline-flex h-9 items-center rounded-md border px-3 text-sm font-medium pointer-coarse:h-11 {look}",
            to,
            {children}
        }
    }
}
