//! Making a token, and the one moment in which it is shown.

use dioxus::prelude::*;
use model::request::CreateToken;
use model::scope::Scope;
use model::view::{Created, TokenView};
use server_fns::{Json, tokens};

use super::reach::{DAYS, Reach, read_days};
use crate::action::use_ask;
use crate::pages::node_form::use_origin;
use crate::parts::{Button, ButtonKind, Card, CopyText, Field, Notice, NoticeKind, on_escape};
use crate::script;

#[component]
pub(super) fn CreateForm(on_made: EventHandler<Created<TokenView>>, on_close: EventHandler<()>) -> Element {
    let ask = use_ask();
    let mut name = use_signal(String::new);
    let scope = use_signal(Scope::default);
    let days = use_signal(String::new);
    let send = move |event: FormEvent| {
        event.prevent_default();
        let (name, scope, days) = (name(), scope(), days());
        let call = move || {
            let (name, days) = (name.clone(), days.clone());
            async move {
                let expires_in_days = read_days(&days)?;
                tokens::create(Json(CreateToken { name, scope, expires_in_days })).await
            }
        };
        ask.start_with_proof(call, move |made| on_made.call(made));
    };
    rsx! {
        form {
            class: "flex flex-col gap-4",
            onmounted: move |_| script::focus("name"),
            onkeydown: on_escape(move || {
                if !ask.busy() {
                    on_close.call(());
                }
            }),
            onsubmit: send,
            if let Some(why) = ask.rest(&["name", DAYS]) {
                Notice { kind: NoticeKind::Bad, "{why}" }
            }
            Field {
                label: "Name",
                name: "name",
                value: name(),
                oninput: move |text| name.set(text),
                error: ask.field("name"),
                hint: "The program that will use it, such as nightly build.",
                autocomplete: "off",
                autofocus: true,
                required: true,
            }
            Reach { scope, days, error: ask.field(DAYS) }
            div { class: "flex flex-wrap gap-2",
                Button { kind: ButtonKind::Primary, submit: true, busy: ask.busy(), "Create token" }
                Button { disabled: ask.busy(), onclick: move |_| on_close.call(()), "Cancel" }
            }
        }
    }
}

/// The token itself, and a line to try it with.
#[component]
pub(super) fn Once(token: Created<TokenView>, on_close: EventHandler<()>) -> Element {
    let origin = use_origin();
    let secret = token.secret;
    rsx! {
        Card {
            title: "Token {token.view.name}",
            actions: rsx! {
                Button { onclick: move |_| on_close.call(()), "Hide the token" }
            },
            div {
                class: "flex flex-col items-start gap-3 outline-none",
                tabindex: "-1",
                onmounted: move |event| async move { drop(event.set_focus(true).await) },
                Notice { kind: NoticeKind::Warn, "Copy it now: it is shown only this once." }
                CopyText { text: secret.clone(), title: "Copy the token", wrap: true }
                if let Some(origin) = origin() {
                    p { class: "text-sm text-text-muted", "Try it in a terminal:" }
                    CopyText { text: curl(&origin, &secret), title: "Copy the command", wrap: true }
                }
            }
        }
    }
}

fn curl(origin: &str, token: &str) -> String {
    format!("curl -H 'Authorization: Bearer {token}' {origin}/api/v1/instances")
}
