//! Where the person is signed in, and how to end that.

use dioxus::prelude::*;
use model::id::SessionId;
use model::view::SessionView;
use server_fns::{ApiError, account};

use super::agent;
use crate::action::{Ask, use_ask};
use crate::format;
use crate::parts::{Button, ButtonKind, Card, Notice, NoticeKind, Skeleton, Time, use_toasts};

pub(super) type Fetched = Resource<Result<Vec<SessionView>, ApiError>>;

#[component]
pub(super) fn Sessions(sessions: Fetched) -> Element {
    let ask = use_ask();
    let others = use_memo(move || match &*sessions.read() {
        Some(Ok(list)) => list.iter().filter(|session| !session.current).map(|session| session.id).collect(),
        Some(Err(_)) | None => Vec::new(),
    });
    rsx! {
        Card {
            title: "Sessions",
            actions: rsx! {
                if others.read().len() > 1 {
                    SignOutOthers { others: others(), ask, sessions }
                }
            },
            if let Some(why) = ask.rest(&[]) {
                Notice { kind: NoticeKind::Bad, "{why}" }
            }
            match &*sessions.read() {
                None => rsx! {
                    Skeleton { rows: 2 }
                },
                Some(Err(error)) => rsx! {
                    Failed { why: error.refusal.message.clone(), sessions }
                },
                Some(Ok(list)) => rsx! {
                    ul { class: "divide-y divide-line sm:grid sm:gap-x-4 sm:grid-cols-[minmax(10rem,1fr)_auto_auto_auto]",
                        for session in list {
                            Line { key: "{session.id}", view: session.clone(), ask, sessions }
                        }
                    }
                },
            }
        }
    }
}

#[component]
fn Failed(why: String, sessions: Fetched) -> Element {
    let mut sessions = sessions;
    rsx! {
        Notice {
            kind: NoticeKind::Bad,
            action: rsx! {
                Button { onclick: move |_| sessions.restart(), "Try again" }
            },
            "{why}"
        }
    }
}

#[component]
fn SignOutOthers(others: Vec<SessionId>, ask: Ask, sessions: Fetched) -> Element {
    let mut sessions = sessions;
    let toasts = use_toasts();
    let press = move |_| {
        let others = others.clone();
        let ended = format!("{} ended.", format::count(others.len(), "session"));
        let call = async move {
            for id in others {
                account::revoke_session(id).await?;
            }
            Ok::<(), ApiError>(())
        };
        ask.start(call, move |()| {
            toasts.say(NoticeKind::Good, ended);
            sessions.restart();
        });
    };
    rsx! {
        Button { busy: ask.busy(), onclick: press, "Sign out everywhere else" }
    }
}

#[component]
fn Line(view: SessionView, ask: Ask, sessions: Fetched) -> Element {
    let mut sessions = sessions;
    let toasts = use_toasts();
    let id = view.id;
    let device = agent::name(&view.agent);
    let ended = format!("The session of {device} is ended.");
    let end = move |_| {
        let ended = ended.clone();
        ask.start(account::revoke_session(id), move |()| {
            toasts.say(NoticeKind::Good, ended);
            sessions.restart();
        });
    };
    rsx! {
        li { class: "flex min-h-11 flex-wrap items-center gap-x-4 gap-y-1 py-2 sm:col-span-full sm:grid sm:grid-cols-subgrid",
            span { class: "min-w-40 flex-1 truncate font-medium", title: "{view.agent}", "{device}" }
            code { class: "font-mono text-sm text-text-muted", "{view.address}" }
            if view.current {
                span { class: "text-sm text-text-muted", "this session" }
            } else {
                span { class: "text-sm text-text-muted", "seen " Time { at: view.last_seen_at } }
                Button {
                    kind: ButtonKind::Quiet,
                    busy: ask.busy(),
                    onclick: end,
                    "Sign out"
                }
            }
        }
    }
}
