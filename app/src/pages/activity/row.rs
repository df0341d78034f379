//! One line: when, who or what, and how they came in.

use dioxus::prelude::*;
use model::event::{Cause, Subject, Way, Who};
use model::live::LiveWorld;

use super::chosen::{Chosen, Of};
use super::lines::Group;
use crate::format;
use crate::parts::{Glyph, Icon, Words};
use crate::route::Route;
use crate::state::use_world;

#[component]
pub(super) fn Row(group: Group, chosen: Chosen) -> Element {
    let event = &group.newest;
    let at = Some(group.newest.cursor);
    let linked = chosen.at == at;
    let mark = if linked { "bg-accent/10" } else { "" };
    let here = Chosen { at, ..chosen }.route();
    let how = how(&event.cause, &event.subject);
    // Below its own heading nobody needs the name in each line.
    let named = !is_all_about(chosen.of, &event.subject);
    let columns = if named {
        "@min-[48rem]:grid-cols-[3.5rem_minmax(0,11rem)_minmax(0,1fr)_auto]"
    } else {
        "@min-[48rem]:grid-cols-[3.5rem_minmax(0,1fr)_auto]"
    };
    let exact = if group.count > 1 {
        format!("{} to {}", format::exact(group.since), format::exact(event.at))
    } else {
        format::exact(event.at)
    };
    rsx! {
        li { class: "grid min-h-11 grid-cols-[3.5rem_minmax(0,1fr)] content-center items-baseline gap-x-3 px-4 py-2 {columns} {mark}",
            Link {
                class: "text-sm text-text-muted tabular-nums underline-offset-2 hover:underline",
                to: here,
                title: "{exact}. A link to this line",
                time { datetime: event.at.to_rfc3339(), "{clock(event.at)}" }
            }
            if named {
                About { subject: event.subject.clone() }
            }
            span { class: "col-start-2 min-w-0 wrap-anywhere @min-[48rem]:col-start-auto",
                Words { text: group.newest.text.clone(), name: "" }
                if group.count > 1 {
                    span { class: "ml-2 rounded-full bg-hover px-1.5 text-xs font-medium tabular-nums", title: "{exact}", "×{group.count}" }
                }
            }
            if let Some(how) = how {
                span { class: "col-start-2 min-w-0 text-sm text-text-muted @min-[48rem]:col-start-auto @min-[48rem]:text-right", "{how}" }
            }
        }
    }
}

/// What the line is about, as a way there while it is there.
#[component]
fn About(subject: Subject) -> Element {
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
    let glyph = match &subject {
        Subject::Instance { .. } => Glyph::Instances,
        Subject::Node { .. } => Glyph::Nodes,
        Subject::Account { .. } => Glyph::Person,
        Subject::Installation => Glyph::Settings,
    };
    let style = "min-w-0 truncate font-medium";
    rsx! {
        // On the line of the sentence beside it: the picture has no part in that.
        span { class: "flex min-w-0 items-baseline gap-2",
            span { class: "shrink-0 self-center text-text-muted", Icon { glyph } }
            match to {
                Some(to) => rsx! {
                    Link { class: "{style} underline-offset-2 hover:underline", to, title: "{name}", "{name}" }
                },
                None => rsx! {
                    span { class: "{style}", title: "{name}", "{name}" }
                },
            }
        }
    }
}

fn clock(at: model::Timestamp) -> String {
    at.format("%H:%M").to_string()
}

/// Whether all lines that were asked for are about it.
fn is_all_about(of: Of, subject: &Subject) -> bool {
    match (of, subject) {
        (Of::Instance(asked), Subject::Instance { id, .. }) => asked == *id,
        _ => false,
    }
}

/// By which way somebody came, and from where; of what a node saw elsewhere, which node.
fn how(cause: &Cause, subject: &Subject) -> Option<String> {
    if let (Who::Node { name, .. }, Subject::Instance { .. }) = (&cause.who, subject) {
        return Some(format!("seen by {name}"));
    }
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
