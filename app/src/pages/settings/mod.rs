//! What administrators settle for the whole installation.

mod form;
mod invites;

use dioxus::prelude::*;
use model::live::LiveWorld;
use model::may::Action;
use server_fns::settings;

use crate::parts::{Button, Card, Notice, NoticeKind, PageHeader, Skeleton};
use crate::state::use_world;

use form::SettingsForm;
use invites::Invites;

#[component]
pub(crate) fn Settings() -> Element {
    let may = use_world(|world: &LiveWorld| [Action::SeeSettings, Action::SeeInvites].map(|see| world.me.may(see)));
    let Some([settings, invites]) = may() else { return rsx! {} };
    rsx! {
        PageHeader { title: "Settings" }
        if settings || invites {
            div { class: "flex max-w-2xl flex-col gap-5",
                if settings {
                    Current {}
                }
                if invites {
                    Invites {}
                }
            }
        } else {
            Notice { "Only administrators can see and change these settings." }
        }
    }
}

#[component]
fn Current() -> Element {
    // Asked by whoever looks at the page, not while the server draws it.
    let mut current = use_resource(settings::get);
    let title = "Accounts and instances";
    match &*current.read() {
        None => rsx! {
            Card { title, Skeleton {} }
        },
        Some(Err(error)) => rsx! {
            Card { title,
                Notice {
                    kind: NoticeKind::Bad,
                    action: rsx! {
                        Button { onclick: move |_| current.restart(), "Try again" }
                    },
                    "{error.refusal.message}"
                }
            }
        },
        Some(Ok(settings)) => rsx! {
            Card { title, SettingsForm { settings: *settings } }
        },
    }
}
