//! The person's own account: who they are, their address and password, where they are signed in, and the way out.

mod agent;
mod email;
mod password;
mod removal;
mod sessions;

use dioxus::prelude::*;
use model::live::LiveWorld;
use server_fns::account;

use crate::parts::{Card, PageHeader, Time};
use crate::state::use_world;

use email::ChangeEmail;
use password::ChangePassword;
use removal::Removal;
use sessions::Sessions;

#[component]
pub(crate) fn Account() -> Element {
    let me = use_world(|world: &LiveWorld| world.me.clone());
    // Asked by whoever looks at the page, not while the server draws it.
    let sessions = use_resource(account::sessions);
    let Some(me) = me() else { return rsx! {} };
    rsx! {
        PageHeader { title: "Account" }
        div { class: "flex max-w-2xl flex-col gap-5",
            Card { title: "You",
                dl { class: "grid grid-cols-[auto_minmax(0,1fr)] gap-x-6 gap-y-2",
                    dt { class: "text-text-muted", "Username" }
                    dd { "{me.username}" }
                    dt { class: "text-text-muted", "Email address" }
                    dd { class: "truncate", "{me.email}" }
                    dt { class: "text-text-muted", "Role" }
                    dd { if me.administrator { "Administrator" } else { "Person" } }
                    dt { class: "text-text-muted", "Account made" }
                    dd { Time { at: me.created_at } }
                }
            }
            ChangeEmail { username: "{me.username}", email: "{me.email}" }
            ChangePassword { username: "{me.username}", sessions }
            Sessions { sessions }
            Removal { since: me.asks_removal_since }
        }
    }
}
