//! The door for those who get an account.

mod person_form;

use dioxus::prelude::*;
use model::request::SignUpMode;

use super::sign_in::{Aside, Door};
use crate::route::Route;
use crate::state::use_live;

pub(in crate::pages) use person_form::PersonForm;

#[component]
pub(crate) fn SignUp(invite: String) -> Element {
    let live = use_live();
    let mode = use_memo(move || live.welcome.read().sign_up);
    let needs_setup = use_memo(move || live.welcome.read().needs_setup);
    let aside = rsx! {
        Aside { text: "You have an account?", verb: "Sign in", to: Route::SignIn {} }
    };
    if needs_setup() {
        return rsx! {
            Door {
                title: "Not set up yet",
                text: "The first account is the administrator's. It is opened with the set-up link.",
                aside: rsx! {
                    Aside { text: "You run this server?", verb: "Set up DockHost", to: Route::SetUp { token: String::new() } }
                },
            }
        };
    }
    match closed(mode(), &invite) {
        Some(why) => rsx! {
            Door { title: "No new accounts", text: why, aside }
        },
        None => rsx! {
            Door { title: "Sign up", aside,
                PersonForm { setup: "", invite, verb: "Sign up" }
            }
        },
    }
}

/// Why there is no form for somebody who comes with this invitation, or with an empty one.
fn closed(mode: SignUpMode, invite: &str) -> Option<&'static str> {
    match mode {
        SignUpMode::Open => None,
        SignUpMode::Invite if invite.is_empty() => {
            Some("Accounts are opened with an invitation link. Ask an administrator of this server for one.")
        }
        SignUpMode::Invite => None,
        SignUpMode::Closed => Some("The administrators of this server have closed sign-up."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invitation_opens_what_is_not_closed() {
        assert!(closed(SignUpMode::Open, "").is_none());
        assert!(closed(SignUpMode::Invite, "").is_some());
        assert!(closed(SignUpMode::Invite, "dhi_x").is_none());
        assert!(closed(SignUpMode::Closed, "dhi_x").is_some());
    }
}
