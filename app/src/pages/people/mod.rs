//! Everybody who has an account here, for those who manage them.

mod fate;
mod link;
mod list;
mod removal;
mod row;
mod suspension;

use dioxus::prelude::*;
use model::live::LiveWorld;
use model::may::Action;

use crate::parts::{Notice, PageHeader};
use crate::state::use_world;

use list::List;

#[component]
pub(crate) fn People() -> Element {
    let may =
        use_world(|world: &LiveWorld| [Action::SeePeople, Action::ManagePeople].map(|action| world.me.may(action)));
    let Some([sees, manages]) = may() else { return rsx! {} };
    rsx! {
        PageHeader { title: "People", text: "Everybody who has an account here, and what they have." }
        if sees {
            List { manages }
        } else {
            Notice { "Only administrators see who has an account." }
        }
    }
}
