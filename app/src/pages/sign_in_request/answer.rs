//! What asks, from where, and what it is to be given.

use dioxus::prelude::*;
use model::request::GrantSignIn;
use model::scope::Scope;
use model::view::SignInRequestView;
use server_fns::{Json, sign_in_requests};

use super::Said;
use crate::action::use_ask;
use crate::pages::tokens::{DAYS, Reach, read_days};
use crate::parts::{Button, ButtonKind, Card, Field, Notice, NoticeKind, Time};

#[component]
pub(super) fn Answer(view: SignInRequestView, on_said: EventHandler<Said>) -> Element {
    let ask = use_ask();
    let refusing = use_ask();
    let mut name = use_signal(|| view.name.clone());
    // What the program's own verbs take, and no more.
    let scope = use_signal(|| Scope::Instances);
    let days = use_signal(String::new);
    let code = use_signal(|| view.code.clone());
    let send = move |event: FormEvent| {
        event.prevent_default();
        let (name, scope, days) = (name(), scope(), days());
        let call = move || {
            let (name, days) = (name.clone(), days.clone());
            async move {
                let expires_in_days = read_days(&days)?;
                sign_in_requests::grant(code(), Json(GrantSignIn { name, scope, expires_in_days })).await
            }
        };
        ask.start_with_proof(call, move |()| on_said.call(Said::Yes));
    };
    let refuse = move |_| {
        refusing.start(async move { sign_in_requests::refuse(code()).await }, move |()| on_said.call(Said::No))
    };
    rsx! {
        Card { title: "What asks",
            dl { class: "grid grid-cols-[auto_minmax(0,1fr)] gap-x-6 gap-y-2",
                dt { class: "text-text-muted", "Code" }
                dd { class: "font-mono text-lg", "{view.code}" }
                dt { class: "text-text-muted", "Program" }
                dd { class: "wrap-anywhere", "{view.program}" }
                dt { class: "text-text-muted", "Computer" }
                dd { class: "wrap-anywhere", "{view.host}" }
                dt { class: "text-text-muted", "Address" }
                dd { code { class: "font-mono text-sm wrap-anywhere", "{view.address}" } }
                dt { class: "text-text-muted", "Asked" }
                dd { Time { at: view.asked_at } }
            }
        }
        Card { title: "Let it in",
            form { class: "flex flex-col gap-4", onsubmit: send,
                Notice { kind: NoticeKind::Warn,
                    "Compare the code with the one in your terminal. If it is another one, somebody else's program asks: say no."
                }
                if let Some(why) = ask.rest(&["name", DAYS]).or_else(|| refusing.rest(&[])) {
                    Notice { kind: NoticeKind::Bad, "{why}" }
                }
                Field {
                    label: "Name of its token",
                    name: "name",
                    value: name(),
                    oninput: move |text| name.set(text),
                    error: ask.field("name"),
                    hint: "By which you find it under Tokens.",
                    autocomplete: "off",
                    required: true,
                }
                Reach { scope, days, error: ask.field(DAYS) }
                div { class: "flex flex-wrap gap-2",
                    Button { kind: ButtonKind::Primary, submit: true, busy: ask.busy(), disabled: refusing.busy(), "Let it in" }
                    Button { busy: refusing.busy(), disabled: ask.busy(), onclick: refuse, "Say no" }
                }
            }
        }
    }
}
