//! Changing the email address.

use dioxus::prelude::*;
use model::request::ChangeEmail as Request;
use server_fns::{ApiError, Json, account};

use crate::action::use_ask;
use crate::pages::sign_in::typed;
use crate::parts::{Button, Card, Field, FieldKind, Notice, NoticeKind, use_toasts};

/// The id of the field for the password: the form for another password has one that is called `current`.
const PASSWORD: &str = "email_current";

/// A refusal of the password belongs at that field.
fn at_its_field(mut error: ApiError) -> ApiError {
    if error.refusal.field.as_deref() == Some("current") {
        error.refusal.field = Some(PASSWORD.to_owned());
    }
    error
}

#[component]
pub(super) fn ChangeEmail(username: String, email: String) -> Element {
    let ask = use_ask();
    let toasts = use_toasts();
    let mut address = use_signal(|| email);
    let mut password = use_signal(String::new);
    let send = move |event: FormEvent| {
        event.prevent_default();
        let request = Request { email: typed(&event, "email"), current: typed(&event, PASSWORD) };
        let call = async move { account::change_email(Json(request)).await.map_err(at_its_field) };
        ask.start(call, move |me| {
            toasts.say(NoticeKind::Good, format!("Your email address is {}.", me.email));
            password.set(String::new());
        });
    };
    rsx! {
        Card { title: "Email address",
            form { class: "flex max-w-sm flex-col gap-4", method: "post", onsubmit: send,
                if let Some(why) = ask.rest(&["email", PASSWORD]) {
                    Notice { kind: NoticeKind::Bad, "{why}" }
                }
                Field {
                    label: "Email address",
                    name: "email",
                    kind: FieldKind::Email,
                    value: address(),
                    oninput: move |text| address.set(text),
                    error: ask.field("email"),
                    hint: "You can sign in with it in place of your username.",
                    autocomplete: "email",
                    required: true,
                }
                // Tells a password manager whose password this is.
                input { class: "hidden", r#type: "text", autocomplete: "username", readonly: true, value: "{username}" }
                Field {
                    label: "Your password",
                    name: PASSWORD,
                    kind: FieldKind::Password,
                    value: password(),
                    oninput: move |text| password.set(text),
                    error: ask.field(PASSWORD),
                    autocomplete: "current-password",
                    required: true,
                }
                div { Button { submit: true, busy: ask.busy(), "Change email address" } }
            }
        }
    }
}
