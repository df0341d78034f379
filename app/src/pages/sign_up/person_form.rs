//! The form that opens an account, by whichever link.

use dioxus::prelude::*;
use model::refusal::Refusal;
use model::request::SignUp as Request;
use model::typed as rules;
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
        let mistakes = mistakes(&request);
        if !mistakes.is_empty() {
            return ask.refuse(mistakes);
        }
        let call = async move { live.begin(account::sign_up(Json(request)).await?).await };
        ask.start(call, |()| ());
    };
    rsx! {
        // The browser would tell of the first mistake alone.
        form { class: "flex flex-col gap-4", method: "post", novalidate: true, onsubmit: send,
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

/// All that can be told without the server.
fn mistakes(request: &Request) -> Vec<Refusal> {
    let checked = [
        rules::username(&request.username).err(),
        rules::email(&request.email).err(),
        rules::password_length(&request.password).err(),
    ];
    checked.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wrong_field_is_told_at_once() {
        let fields = |username: &str, email: &str, password: &str| {
            let [username, email, password] = [username, email, password].map(str::to_owned);
            let request = Request { username, email, password, ..Request::default() };
            mistakes(&request).into_iter().filter_map(|refusal| refusal.field).collect::<Vec<_>>()
        };
        assert_eq!(fields("", "ada", "short"), ["username", "email", "password"]);
        assert_eq!(fields("ada", "ada@example.org", "short"), ["password"]);
        assert!(fields("Ada", "ada@example.org", "correct horse battery").is_empty());
    }
}
