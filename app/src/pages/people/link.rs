//! The link by which somebody sets another password, for the administrator who hands it over.

use dioxus::prelude::*;
use model::view::{Created, ResetLink};

use crate::pages::node_form::use_origin;
use crate::parts::{Button, CopyText, Notice, NoticeKind, Time};

#[component]
pub(super) fn Once(made: Created<ResetLink>, on_close: EventHandler<()>) -> Element {
    let origin = use_origin();
    let ResetLink { username, expires_at } = made.view;
    let secret = made.secret;
    rsx! {
        div {
            class: "flex w-full flex-col items-start gap-2 py-1 outline-none",
            tabindex: "-1",
            onmounted: move |event| async move { drop(event.set_focus(true).await) },
            Notice { kind: NoticeKind::Warn,
                "Copy the link now and hand it to {username}: it is shown only this once. It sets another password, once; it ends "
                Time { at: expires_at }
                "."
            }
            if let Some(origin) = origin() {
                CopyText { text: "{origin}/reset-password?link={secret}", title: "Copy the link", wrap: true }
            }
            Button { onclick: move |_| on_close.call(()), "Hide the link" }
        }
    }
}
