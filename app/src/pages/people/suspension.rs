//! Suspending somebody: nothing of theirs opens anything, and what they have stays.

use dioxus::prelude::*;
use model::request::SuspendPerson;
use model::view::PersonRow;
use server_fns::{Json, people};

use crate::action::use_ask;
use crate::parts::{Confirm, NoticeKind, Switch, use_toasts};

#[component]
pub(super) fn Suspension(person: PersonRow, on_close: EventHandler<()>) -> Element {
    let ask = use_ask();
    let toasts = use_toasts();
    let mut stop = use_signal(|| false);
    let id = person.id;
    let username = person.username;
    let done = format!("{username} is suspended.");
    let suspend = move |()| {
        let done = done.clone();
        ask.start(people::suspend(id, Json(SuspendPerson { stop: stop() })), move |()| {
            toasts.say(NoticeKind::Good, done);
            on_close.call(());
        });
    };
    rsx! {
        Confirm {
            title: "Suspend {username}?",
            text: "Their browsers are signed out, and neither their tokens and SSH keys nor the keys of their nodes open anything until \
                an administrator resumes them. What is open ends. Their instances, files and host ports stay.",
            verb: "Suspend",
            busy: ask.busy(),
            error: ask.rest(&[]),
            on_confirm: suspend,
            on_close: move |()| on_close.call(()),
            Switch {
                name: "stop",
                label: "Also stop what runs",
                hint: "Their instances stay stopped until somebody starts them.",
                on: stop(),
                onchange: move |on| stop.set(on),
            }
        }
    }
}
