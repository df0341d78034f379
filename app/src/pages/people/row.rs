//! One person, and what an administrator may do with their account.

use dioxus::prelude::*;
use model::request::SetAdministrator;
use model::view::{Created, PersonRow, ResetLink};
use server_fns::{Json, people};

use super::link::Once;
use super::removal::Removal;
use super::suspension::Suspension;
use crate::action::use_ask;
use crate::format;
use crate::parts::{Badge, Glyph, Menu, MenuItem, Notice, NoticeKind, Time, Tone, use_toasts};

/// Which question is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    Suspend,
    Remove,
}

#[component]
pub(super) fn Row(person: PersonRow, manages: bool) -> Element {
    let ask = use_ask();
    let toasts = use_toasts();
    let mut asked = use_signal(|| None::<Asked>);
    let mut made = use_signal(|| None::<Created<ResetLink>>);
    let id = person.id;
    let menu = format!("menu-{id}");
    let administrator = !person.administrator;
    let (instances, nodes) = (counted(person.instances, "instance"), counted(person.nodes, "node"));
    let (username, resumed) = (person.username.clone(), format!("{} is resumed.", person.username));
    let make = move |()| {
        let role = if administrator { "an administrator" } else { "no administrator any more" };
        let done = format!("{username} is {role}.");
        let call = move || people::set_administrator(id, Json(SetAdministrator { administrator }));
        ask.start_with_proof(call, move |()| toasts.say(NoticeKind::Good, done));
    };
    let resume = move |()| {
        let resumed = resumed.clone();
        ask.start(people::resume(id), move |()| toasts.say(NoticeKind::Good, resumed));
    };
    let link = move |()| ask.start_with_proof(move || people::make_reset_link(id), move |link| made.set(Some(link)));
    rsx! {
        li { class: "relative flex min-h-11 flex-wrap items-center gap-x-4 gap-y-1 py-2 pr-16 pl-4 @min-[52rem]:px-4 @min-[52rem]:col-span-full @min-[52rem]:grid @min-[52rem]:grid-cols-subgrid",
            span { class: "min-w-40 flex-1",
                span { class: "block truncate font-medium", title: "{person.username}", "{person.username}" }
                span { class: "block truncate text-sm text-text-muted", title: "{person.email}", "{person.email}" }
            }
            span { class: "text-sm text-text-muted", if person.administrator { "Administrator" } else { "Person" } }
            span { class: "text-sm text-text-muted",
                match person.last_seen_at {
                    Some(at) => rsx! { "seen " Time { at } },
                    None => rsx! { "never seen" },
                }
            }
            span { class: "text-sm text-text-muted tabular-nums", "{instances}" }
            span { class: "text-sm text-text-muted tabular-nums", "{nodes}" }
            span { class: "flex flex-col gap-1",
                if let Some(at) = person.suspended {
                    Badge { tone: Tone::Bad, "suspended " Time { at } }
                }
                if let Some(at) = person.asks_removal_since {
                    Badge { tone: Tone::Warn, "asks for removal " Time { at } }
                }
            }
            div { class: "absolute top-1 right-2 @min-[52rem]:static",
                if manages {
                    Menu { id: "{menu}", label: "Actions for {person.username}", head: "{person.username}",
                        MenuItem { menu: "{menu}", icon: Glyph::Person, onclick: make,
                            if administrator { "Make administrator" } else { "No longer administrator" }
                        }
                        if person.suspended.is_some() {
                            MenuItem { menu: "{menu}", icon: Glyph::Play, onclick: resume, "Resume" }
                        } else {
                            MenuItem { menu: "{menu}", icon: Glyph::Link, onclick: link, "Reset link for the password" }
                            MenuItem { menu: "{menu}", icon: Glyph::Lock, onclick: move |()| asked.set(Some(Asked::Suspend)), "Suspend…" }
                        }
                        MenuItem { menu: "{menu}", icon: Glyph::Trash, danger: true, onclick: move |()| asked.set(Some(Asked::Remove)), "Remove…" }
                    }
                }
            }
            if let Some(why) = ask.rest(&[]) {
                div { class: "w-full @min-[52rem]:col-span-full",
                    Notice { kind: NoticeKind::Bad, "{why}" }
                }
            }
            if let Some(made_now) = made() {
                div { class: "w-full @min-[52rem]:col-span-full",
                    Once { made: made_now, on_close: move |()| made.set(None) }
                }
            }
            match asked() {
                None => rsx! {},
                Some(Asked::Suspend) => rsx! {
                    Suspension { person: person.clone(), on_close: move |()| asked.set(None) }
                },
                Some(Asked::Remove) => rsx! {
                    Removal { person: person.clone(), on_close: move |()| asked.set(None) }
                },
            }
        }
    }
}

/// *3 instances*
pub(super) fn counted(number: u32, what: &str) -> String {
    format::count(usize::try_from(number).unwrap_or(usize::MAX), what)
}
