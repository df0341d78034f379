//! Changing the password.

use dioxus::prelude::*;
use model::request::{ChangePassword as Request, EndOthers};
use server_fns::{Json, account};

use super::sessions::Fetched;
use crate::action::use_ask;
use crate::pages::sign_in::typed;
use crate::parts::{Button, Card, Check, Field, FieldKind, Notice, NoticeKind, use_toasts};

#[component]
pub(super) fn ChangePassword(username: String, sessions: Fetched) -> Element {
    let ask = use_ask();
    let toasts = use_toasts();
    let mut form = use_signal(Request::default);
    let send = move |event: FormEvent| {
        event.prevent_default();
        let end = form.peek().end;
        let request = Request { current: typed(&event, "current"), new: typed(&event, "new"), end };
        let mut sessions = sessions;
        ask.start(account::change_password(Json(request)), move |()| {
            toasts.say(NoticeKind::Good, said(end));
            form.set(Request::default());
            sessions.restart();
        });
    };
    rsx! {
        Card { title: "Password",
            form { class: "flex max-w-sm flex-col gap-4", method: "post", onsubmit: send,
                if let Some(why) = ask.rest(&["current", "new"]) {
                    Notice { kind: NoticeKind::Bad, "{why}" }
                }
                // Tells a password manager whose password this is.
                input { class: "hidden", r#type: "text", autocomplete: "username", readonly: true, value: "{username}" }
                Field {
                    label: "Current password",
                    name: "current",
                    kind: FieldKind::Password,
                    value: form.read().current.clone(),
                    oninput: move |text| form.write().current = text,
                    error: ask.field("current"),
                    autocomplete: "current-password",
                    required: true,
                }
                Field {
                    label: "New password",
                    name: "new",
                    kind: FieldKind::Password,
                    value: form.read().new.clone(),
                    oninput: move |text| form.write().new = text,
                    error: ask.field("new"),
                    hint: "At least 10 characters. Your other sessions end with the old password.",
                    autocomplete: "new-password",
                    required: true,
                }
                fieldset { class: "flex min-w-0 flex-col",
                    legend { class: "text-sm font-medium", "End what another person may have" }
                    Check {
                        name: "end_tokens",
                        label: "Delete all my tokens",
                        checked: form.read().end.tokens,
                        onchange: move |on| form.write().end.tokens = on,
                    }
                    Check {
                        name: "end_ssh_keys",
                        label: "Remove all my SSH keys",
                        checked: form.read().end.ssh_keys,
                        onchange: move |on| form.write().end.ssh_keys = on,
                    }
                }
                div { Button { submit: true, busy: ask.busy(), "Change password" } }
            }
        }
    }
}

const fn said(EndOthers { tokens, ssh_keys }: EndOthers) -> &'static str {
    match (tokens, ssh_keys) {
        (false, false) => "The password is changed. Your other sessions are ended.",
        (true, false) => "The password is changed. Your other sessions and all your tokens are ended.",
        (false, true) => "The password is changed. Your other sessions are ended, and your SSH keys are removed.",
        (true, true) => {
            "The password is changed. Your other sessions and all your tokens are ended, and your SSH keys are removed."
        }
    }
}
