//! The door for somebody who comes with a link that sets another password.

use dioxus::prelude::*;
use model::request::ResetPassword as Request;
use model::typed as rules;
use server_fns::{Json, account};

use super::sign_in::{Aside, Door, typed};
use crate::action::use_ask;
use crate::parts::{Button, ButtonKind, Field, FieldKind, Notice, NoticeKind};
use crate::route::Route;

#[component]
pub(crate) fn ResetPassword(link: String) -> Element {
    let ask = use_ask();
    let mut password = use_signal(String::new);
    let mut is_set = use_signal(|| false);
    if is_set() {
        return rsx! {
            Door {
                title: "Your password is set",
                text: "Sessions that were open have ended. The link opens nothing any more.",
                Link {
                    class: "font-medium text-accent-text underline underline-offset-2",
                    to: Route::SignIn {},
                    "Sign in"
                }
            }
        };
    }
    if link.is_empty() {
        return rsx! {
            Door {
                title: "Set another password",
                text: "The password is set with a link, which an administrator of this server makes. Ask one for it.",
                aside: rsx! {
                    Aside { text: "You remember it?", verb: "Sign in", to: Route::SignIn {} }
                },
            }
        };
    }
    let send = move |event: FormEvent| {
        event.prevent_default();
        let request = Request { secret: link.clone(), password: typed(&event, "password") };
        if let Err(mistake) = rules::password_length(&request.password) {
            return ask.refuse(vec![mistake]);
        }
        ask.start(account::reset_password(Json(request)), move |()| is_set.set(true));
    };
    rsx! {
        Door { title: "Set another password", text: "It ends every session of your account. Tokens and SSH keys stay.",
            form { class: "flex flex-col gap-4", method: "post", novalidate: true, onsubmit: send,
                if let Some(why) = ask.rest(&["password"]) {
                    Notice { kind: NoticeKind::Bad, "{why}" }
                }
                Field {
                    label: "New password",
                    name: "password",
                    kind: FieldKind::Password,
                    value: password(),
                    oninput: move |text| password.set(text),
                    error: ask.field("password"),
                    hint: "At least 10 characters. Several words that do not belong together do well.",
                    autocomplete: "new-password",
                    autofocus: true,
                    required: true,
                }
                Button { kind: ButtonKind::Primary, submit: true, busy: ask.busy(), "Set the password" }
            }
        }
    }
}
