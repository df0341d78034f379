//! An address that leads nowhere.

use dioxus::prelude::*;

use crate::parts::{ButtonLink, Empty, Glyph, Title};
use crate::route::Route;

#[component]
pub(crate) fn NotFound(path: Vec<String>) -> Element {
    let path = path.join("/");
    rsx! {
        Missing { title: "There is no such page", text: "Nothing is at /{path}. The link may be old or mistyped." }
    }
}

/// In the place of a page about something that is not there.
#[component]
pub(in crate::pages) fn Missing(title: String, text: String) -> Element {
    rsx! {
        Title { text: "Not found · DockHost" }
        Empty {
            title,
            text,
            heads: true,
            action: rsx! {
                ButtonLink { to: Route::Instances {}, icon: Glyph::ArrowLeft, "All instances" }
            },
        }
    }
}
