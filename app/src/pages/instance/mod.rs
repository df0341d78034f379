//! One instance: its state, the way in, what it is made of, what happened to it, and its end.

mod danger;
mod doors;
mod events;
mod files;
mod help;
mod keys;
mod log_in;
mod overview;
mod ports;
mod progress;
mod start_on_connect;
mod why;

use dioxus::prelude::*;
use model::id::InstanceId;
use model::live::LiveWorld;
use model::may::Action;
use model::phase::Phase;
use model::verb::Verb;
use model::view::InstanceView;

use super::instances::{CreateAgain, Message, Name, Standing, VerbButton, VerbDialog, use_verbs};
use super::not_found::Missing;
use crate::kept::use_kept;
use crate::parts::{ButtonKind, ButtonLink, Glyph, Icon, Notice, NoticeKind, Title};
use crate::route::Route;
use crate::state::{use_called, use_world};

use danger::Danger;
use doors::Doors;
use events::Events;
use files::Files;
use help::Help;
use keys::SshKeys;
use log_in::LogIn;
use overview::Overview;
use ports::Ports;
use progress::Steps;
use why::Why;

#[component]
pub(crate) fn Instance(id: InstanceId) -> Element {
    rsx! {
        // Another instance is another page: nothing of the last one's state may stay.
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
            Missing { title: "There is no such instance", text: "It was deleted, or it is not yours." }
        },
    }
}

#[component]
fn Present(view: InstanceView) -> Element {
    let verbs = use_verbs(view.id);
    let making = matches!(view.phase, Phase::Pending | Phase::Creating);
    let well = matches!(view.phase, Phase::Running | Phase::Stopped);
    let kept = use_kept();
    let called = use_called(&view);
    // Nothing can be changed about one that is deleted, so nothing is offered that would.
    let leaving = view.is_leaving();
    rsx! {
        Title { text: "{called} · DockHost" }
        Link {
            class: "inline-flex items-center gap-1.5 rounded-sm pb-3 text-sm text-text-muted hover:text-text",
            to: kept.list().route(),
            Icon { glyph: Glyph::ArrowLeft }
            "Instances"
        }
        header { class: "flex flex-wrap items-center justify-between gap-3 pb-5",
            div { class: "flex min-w-0 flex-wrap items-center gap-x-4 gap-y-1",
                h1 { class: "truncate text-xl font-semibold", Name { view: view.clone() } }
                div { aria_live: "polite",
                    Standing { asked: verbs.asked_words(&view), phase: view.phase, starts_at: view.starts_at }
                }
            }
            div { class: "grid w-full grid-cols-2 gap-2 sm:flex sm:w-auto sm:flex-wrap",
                if view.phase == Phase::Running && view.may(Action::EnterInstance) {
                    ButtonLink { kind: ButtonKind::Primary, icon: Glyph::Terminal, to: Route::Terminal { id: view.id }, "Open terminal" }
                }
                if view.phase == Phase::Lost {
                    CreateAgain { view: view.clone() }
                }
                if !leaving {
                    for verb in [Verb::Start, Verb::Stop, Verb::Restart] {
                        VerbButton { key: "{verb.title()}", verbs, verb, view: view.clone(), kind: weight(verb, &view) }
                    }
                }
            }
        }
        div { class: "flex flex-col gap-4",
            Steps { verbs, view: view.clone() }
            if !making && !view.message.is_empty() {
                Notice { kind: notice_of(&view), Message { view: view.clone() } }
            }
            if !well && !making {
                Why { verbs, view: view.clone() }
            }
            if !leaving {
                LogIn { view: view.clone() }
            }
            if well || making {
                Help { verbs, view: view.clone() }
            }
            if !leaving && view.may(Action::ManageInstance) {
                SshKeys { view: view.clone() }
            }
            if !leaving {
                Doors { view: view.clone() }
            }
            Overview { view: view.clone() }
            if !leaving {
                Ports { view: view.clone() }
                if view.may(Action::EnterInstance) {
                    Files { view: view.clone() }
                }
            }
            Events { view: view.clone() }
            if !leaving && view.may(Action::ManageInstance) {
                Danger { verbs, view: view.clone() }
            }
        }
        VerbDialog { verbs, view }
    }
}

/// One that is down and waits is started by one press, which is what its page is for then.
fn weight(verb: Verb, view: &InstanceView) -> ButtonKind {
    if verb == Verb::Start && view.starts_at.is_some() { ButtonKind::Primary } else { ButtonKind::Plain }
}

const fn notice_of(view: &InstanceView) -> NoticeKind {
    match view.phase {
        Phase::Error | Phase::Lost => NoticeKind::Bad,
        Phase::Restarting if view.starts_at.is_some() => NoticeKind::Warn,
        Phase::Paused | Phase::Unknown => NoticeKind::Warn,
        Phase::Pending
        | Phase::Creating
        | Phase::Running
        | Phase::Stopping
        | Phase::Stopped
        | Phase::Restarting
        | Phase::Rebuilding
        | Phase::Deleting => NoticeKind::Info,
    }
}
