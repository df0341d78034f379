//! Asking for the end of the account. An administrator removes it, because instances and nodes may go to somebody else.

use dioxus::prelude::*;
use model::Timestamp;
use server_fns::account;

use crate::action::use_ask;
use crate::parts::{Button, ButtonKind, Card, Confirm, Notice, NoticeKind, Time, use_toasts};

#[component]
pub(super) fn Removal(since: Option<Timestamp>) -> Element {
    let ask = use_ask();
    let toasts = use_toasts();
    let mut asking = use_signal(|| false);
    let wish = move |()| {
        ask.start(account::ask_for_removal(), move |()| {
            toasts.say(NoticeKind::Good, "The administrators see that you ask for it.");
            asking.set(false);
        });
    };
    let withdraw = move |_| {
        ask.start(account::withdraw_removal(), move |()| toasts.say(NoticeKind::Good, "Your account stays."));
    };
    rsx! {
        Card { title: "Remove your account",
            div { class: "flex flex-col items-start gap-3",
                if !asking() {
                    if let Some(why) = ask.rest(&[]) {
                        Notice { kind: NoticeKind::Bad, "{why}" }
                    }
                }
                if let Some(since) = since {
                    p { "You asked for it " Time { at: since } ". An administrator decides what becomes of your instances and nodes." }
                    Button { busy: ask.busy(), onclick: withdraw, "Keep the account" }
                } else {
                    p { class: "text-text-muted",
                        "An administrator removes it, and decides what becomes of your instances and nodes. Until then everything stays."
                    }
                    Button {
                        kind: ButtonKind::Danger,
                        onclick: move |_| {
                            ask.clear();
                            asking.set(true);
                        },
                        "Ask for removal"
                    }
                }
            }
            if asking() {
                Confirm {
                    title: "Ask for the removal of your account?",
                    text: "Administrators see it. You can take it back until one of them removes the account.",
                    verb: "Ask for removal",
                    busy: ask.busy(),
                    error: ask.rest(&[]),
                    on_confirm: wish,
                    on_close: move |()| asking.set(false),
                }
            }
        }
    }
}
