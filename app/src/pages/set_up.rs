//! The door for the first person, who comes with the link that the server prints.

use dioxus::prelude::*;

use super::sign_in::{Aside, Door};
use super::sign_up::PersonForm;
use crate::parts::CopyText;
use crate::route::Route;
use crate::state::use_live;

#[component]
pub(crate) fn SetUp(token: String) -> Element {
    let live = use_live();
    let needs_setup = use_memo(move || live.welcome.read().needs_setup);
    if !needs_setup() {
        return rsx! {
            Door {
                title: "DockHost is set up",
                text: "Its administrator has an account already.",
                aside: rsx! {
                    Aside { text: "You have an account?", verb: "Sign in", to: Route::SignIn {} }
                },
            }
        };
    }
    if token.is_empty() {
        return rsx! {
            Door {
                title: "Set up DockHost",
                text: "Nobody has an account yet. The first one is opened with the set-up link, which only those who run the server can see.",
                p { "The server prints the link on its terminal when it starts. To print it again, run this on the server:" }
                CopyText { text: "dockhost admin setup-link", title: "Copy the command" }
            }
        };
    }
    rsx! {
        Door { title: "Set up DockHost", text: "You become the administrator of this DockHost.",
            PersonForm { setup: token, invite: "", verb: "Create the administrator's account" }
        }
    }
}
