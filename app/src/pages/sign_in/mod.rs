//! The door for those who have an account.

mod door;

use dioxus::prelude::*;
use model::request::{SignIn as Request, SignUpMode};
use server_fns::{Json, account};

use crate::action::use_ask;
use crate::parts::{Button, ButtonKind, Field, FieldKind, Notice, NoticeKind};
use crate::route::Route;
use crate::session;
use crate::state::{self, use_live};

pub(in crate::pages) use door::{Aside, Door, typed};

#[component]
pub(crate) fn SignIn() -> Element {
    let live = use_live();
    let ask = use_ask();
    let ended = use_memo(move || *live.door.read() == state::Door::Ended);
    let mut form = use_signal(Request::default);
    let send = move |event: FormEvent| {
        event.prevent_default();
        let request = Request {
            username: typed(&event, "username"),
            password: typed(&event, "password"),
            last_session_key: session::last(),
        };
        let call = async move { live.begin(account::sign_in(Json(request)).await?).await };
        ask.start(call, |()| ());
    };
    rsx! {
        Door {
            title: "Sign in",
            aside: rsx! {
                div { class: "flex flex-col gap-2",
                    NoAccount {}
                    Forgot {}
                }
            },
            form { class: "flex flex-col gap-4", method: "post", onsubmit: send,
                match ask.rest(&["username", "password"]) {
                    Some(why) => rsx! {
                        Notice { kind: NoticeKind::Bad, "{why}" }
                    },
                    None if ended() => rsx! {
                        Notice { "This browser's session is over. Sign in again." }
                    },
                    None => rsx! {},
                }
                Field {
                    label: "Username or email address",
                    name: "username",
                    value: form.read().username.clone(),
                    oninput: move |text| form.write().username = text,
                    error: ask.field("username"),
                    autocomplete: "username",
                    autofocus: true,
                    required: true,
                }
                Field {
                    label: "Password",
                    name: "password",
                    kind: FieldKind::Password,
                    value: form.read().password.clone(),
                    oninput: move |text| form.write().password = text,
                    error: ask.field("password"),
                    autocomplete: "current-password",
                    required: true,
                }
                Button { kind: ButtonKind::Primary, submit: true, busy: ask.busy(), "Sign in" }
            }
        }
    }
}

/// Whom to ask for a new password: the server sends no mail.
#[component]
fn Forgot() -> Element {
    rsx! {
        p {
            "Forgot your password? Ask an administrator for a reset link. Whoever runs this server makes one, too, with "
            code { class: "font-mono text-xs", "dockhost admin reset-link NAME" }
            "."
        }
    }
}

/// How a visitor comes by an account, where that is possible.
#[component]
fn NoAccount() -> Element {
    let live = use_live();
    let ways = use_memo(move || {
        let welcome = live.welcome.read();
        (welcome.needs_setup, welcome.sign_up)
    });
    match ways() {
        (true, _) => rsx! {
            Aside { text: "Nobody has an account yet.", verb: "Set up DockHost", to: Route::SetUp { token: String::new() } }
        },
        (false, SignUpMode::Open) => rsx! {
            Aside { text: "No account yet?", verb: "Sign up", to: Route::SignUp { invite: String::new() } }
        },
        (false, SignUpMode::Invite) => rsx! {
            p { "New here? Ask an administrator for an invitation link." }
        },
        (false, SignUpMode::Closed) => rsx! {},
    }
}
