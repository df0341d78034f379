//! Invitations: links that open one account each.

use dioxus::prelude::*;
use model::view::InviteView;
use server_fns::{ApiError, settings};

use crate::action::use_ask;
use crate::pages::node_form::use_origin;
use crate::parts::{
    Button, ButtonKind, Card, Confirm, CopyText, Glyph, Notice, NoticeKind, Skeleton, Time, use_toasts,
};

type Fetched = Resource<Result<Vec<InviteView>, ApiError>>;

#[component]
pub(super) fn Invites() -> Element {
    let ask = use_ask();
    let origin = use_origin();
    let mut invites = use_resource(settings::invites);
    let mut secret = use_signal(|| None::<String>);
    let link = use_memo(move || Some(format!("{}/sign-up?invite={}", origin()?, secret()?)));
    let invite = move |_| {
        ask.start(settings::create_invite(), move |made| {
            secret.set(Some(made.secret));
            invites.restart();
        });
    };
    rsx! {
        Card {
            title: "Invitations",
            actions: rsx! {
                Button { icon: Glyph::Plus, busy: ask.busy(), onclick: invite, "Create invitation" }
            },
            div { class: "flex flex-col gap-3",
                if let Some(why) = ask.rest(&[]) {
                    Notice { kind: NoticeKind::Bad, "{why}" }
                }
                if let Some(link) = link() {
                    Notice { kind: NoticeKind::Warn, "Copy the link now: it is shown only this once. It opens one account." }
                    CopyText { text: link, title: "Copy the link", wrap: true }
                }
                match &*invites.read() {
                    None => rsx! {
                        Skeleton { rows: 1 }
                    },
                    Some(Err(error)) => rsx! {
                        Notice {
                            kind: NoticeKind::Bad,
                            action: rsx! {
                                Button { onclick: move |_| invites.restart(), "Try again" }
                            },
                            "{error.refusal.message}"
                        }
                    },
                    Some(Ok(list)) if list.is_empty() => rsx! {
                        p { class: "text-text-muted", "No invitation is open. Each one lets one person sign up." }
                    },
                    Some(Ok(list)) => rsx! {
                        ul { class: "divide-y divide-line sm:grid sm:gap-x-4 sm:grid-cols-[minmax(10rem,1fr)_auto_auto]",
                            for view in list {
                                Line { key: "{view.id}", view: view.clone(), invites }
                            }
                        }
                    },
                }
            }
        }
    }
}

#[component]
fn Line(view: InviteView, invites: Fetched) -> Element {
    let ask = use_ask();
    let toasts = use_toasts();
    let mut invites = invites;
    let mut asking = use_signal(|| false);
    let id = view.id;
    let withdraw = move |()| {
        ask.start(settings::remove_invite(id), move |()| {
            toasts.say(NoticeKind::Good, "The invitation is withdrawn.");
            asking.set(false);
            invites.restart();
        });
    };
    rsx! {
        li { class: "flex min-h-11 flex-wrap items-center gap-x-4 gap-y-1 py-2 sm:col-span-full sm:grid sm:grid-cols-subgrid",
            span { class: "min-w-40 flex-1", "Created " Time { at: view.created_at } }
            span { class: "text-sm text-text-muted", "ends " Time { at: view.expires_at } }
            Button {
                kind: ButtonKind::Quiet,
                onclick: move |_| {
                    ask.clear();
                    asking.set(true);
                },
                "Withdraw"
            }
            if asking() {
                Confirm {
                    title: "Withdraw this invitation?",
                    text: "Its link opens no account any more. Accounts that exist stay as they are.",
                    verb: "Withdraw invitation",
                    busy: ask.busy(),
                    error: ask.rest(&[]),
                    on_confirm: withdraw,
                    on_close: move |()| asking.set(false),
                }
            }
        }
    }
}
