//! One line: when, who or what, and how they came in.

use dioxus::prelude::*;
use model::event::{Cause, Subject, Way};
use model::live::LiveWorld;

use super::chosen::{Chosen, Of};
use super::lines::Group;
use crate::format;
use crate::parts::Words;
use crate::route::Route;
use crate::state::use_world;

#[component]
pub(super) fn Row(group: Group, chosen: Chosen) -> Element {
    let event = &group.newest.event;
    let at = Some(group.newest.cursor);
    let linked = chosen.at == at;
    let mark = if linked { "bg-accent/10" } else { "" };
    let here = Chosen { at, ..chosen }.route();
    let how = how(&event.happening.cause);
    let exact = if group.count > 1 {
        format!("{} to {}", format::exact(group.since), format::exact(event.at))
    } else {
        format::exact(event.at)
    };
    rsx! {
        li { class: "grid grid-cols-[3.5rem_minmax(0,1fr)] gap-x-3 px-4 py-2 @min-[40rem]:grid-cols-[3.5rem_minmax(0,11rem)_minmax(0,1fr)] {mark}",
            Link {
                class: "text-sm text-text-muted tabular-nums underline-offset-2 hover:underline",
                to: here,
                title: "{exact}. A link to this line",
                time { datetime: event.at.to_rfc3339(), "{clock(event.at)}" }
            }
            About { subject: event.happening.subject.clone(), of: chosen.of }
            span { class: "col-start-2 min-w-0 wrap-anywhere @min-[40rem]:col-start-auto",
                Words { text: group.newest.text.clone(), name: "" }
                if group.count > 1 {
                    span { class: "ml-2 rounded-full bg-hover px-1.5 text-xs font-medium tabular-nums", title: "{exact}", "×{group.count}" }
                }
                if let Some(how) = how {
                    span { class: "block text-sm text-text-muted", "{how}" }
                }
            }
        }
    }
}

/// What the line is about, as a way there while it is there.
#[component]
fn About(subject: Subject, of: Of) -> Element {
    let there = use_world({
        let subject = subject.clone();
        move |world: &LiveWorld| match &subject {
            Subject::Instance { id, .. } => world.instances.contains_key(id),
            Subject::Node { id, .. } => world.nodes.contains_key(id),
            Subject::Account { .. } | Subject::Installation => false,
        }
    });
    let to = match &subject {
        Subject::Instance { id, .. } => Some(Route::Instance { id: *id }),
        Subject::Node { .. } => Some(Route::Nodes {}),
        Subject::Account { .. } | Subject::Installation => None,
    };
    let to = to.filter(|_| there() == Some(true));
    let name = subject.name().to_owned();
    let style = "min-w-0 truncate font-medium";
    rsx! {
        match to {
            Some(to) => rsx! {
                Link { class: "{style} underline-offset-2 hover:underline", to, "{name}" }
            },
            None => rsx! {
                span { class: "{style}", "{name}" }
            },
        }
    }
}

fn clock(at: model::Timestamp) -> String {
    at.format("%H:%M").to_string()
}

/// By which way somebody came, and from where.
fn how(cause: &Cause) -> Option<String> {
    let way = match cause.way {
        // What most people do most of the time.
        Way::Session | Way::None => None,
        Way::Token => Some("by a token"),
        Way::Ssh => Some("over SSH"),
        Way::Console => Some("on the server's own computer"),
    };
    let from = cause.address.as_ref().map(|address| format!("from {address}"));
    let parts: Vec<String> = way.map(str::to_owned).into_iter().chain(from).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}
