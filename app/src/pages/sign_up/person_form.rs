//! The form that opens an account, by whichever link.

use dioxus::prelude::*;
use model::request::SignUp as Request;
use server_fns::{Json, account};

use crate::action::use_ask;
use crate::pages::sign_in::typed;
use crate::parts::{Button, ButtonKind, Field, FieldKind, Notice, NoticeKind};
use crate::state::use_live;

/// `setup` and `invite` come from a link; empty ones are not sent.
#[component]
pub(in crate::pages) fn PersonForm(setup: String, invite: String, verb: String) -> Element {
    let live = use_live();
    let ask = use_ask();
    let mut form = use_signal(Request::default);
    let send = move |event: FormEvent| {
        event.prevent_default();
        let request = Request {
            username: typed(&event, "username"),
            email: typed(&event, "email"),
            password: typed(&event, "password"),
            setup: Some(setup.clone()).filter(|token| !token.is_empty()),
            invite: Some(invite.clone()).filter(|token| !token.is_empty()),
        };
        let call = async move { live.begin(account::sign_up(Json(request)).await?).await };
        ask.start(call, |()| ());
    };
    rsx! {
        form { class: "flex flex-col gap-4", method: "post", onsubmit: send,
            if let Some(why) = ask.rest(&["username", "email", "password"]) {
                Notice { kind: NoticeKind::Bad, "{why}" }
            }
            Field {
                label: "Username",
                name: "username",
                value: form.read().username.clone(),
                oninput: move |text| form.write().username = text,
                error: ask.field("username"),
                hint: "Lower-case letters, digits and hyphens, such as ada or ada-2.",
                autocomplete: "username",
                autofocus: true,
                required: true,
            }
            Field {
                label: "Email address",
                name: "email",
                kind: FieldKind::Email,
                value: form.read().email.clone(),
                oninput: move |text| form.write().email = text,
                error: ask.field("email"),
                autocomplete: "email",
                required: true,
            }
            Field {
                label: "Password",
                name: "password",
                kind: FieldKind::Password,
                value: form.read().password.clone(),
                oninput: move |text| form.write().password = text,
                error: ask.field("password"),
                hint: "At least 10 characters. Several words that do not belong together do well.",
                autocomplete: "new-password",
                required: true,
            }
            Button { kind: ButtonKind::Primary, submit: true, busy: ask.busy(), "{verb}" }
        }
    }
}
