//! An address that leads nowhere.

use dioxus::prelude::*;

use crate::parts::{ButtonLink, Empty, Title};
use crate::route::Route;

#[component]
pub(crate) fn NotFound(path: Vec<String>) -> Element {
    let path = path.join("/");
    rsx! {
        Title { text: "Not found · DockHost" }
        main { class: "mx-auto flex min-h-dvh max-w-lg flex-col justify-center p-6",
            Empty {
                title: "There is no such page",
                text: "Nothing is at /{path}. The link may be old or mistyped.",
                action: rsx! {
                    ButtonLink { to: Route::Instances {}, "Go to the instances" }
                },
            }
        }
    }
}
