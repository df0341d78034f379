//! What the server draws for a browser that showed its cookie alone: the way from page to page, and bars where the page will
//! be as soon as it has asked with its key.

use dioxus::prelude::*;

use super::{Exposed, Navigation};
use crate::parts::Skeleton;

#[component]
pub(super) fn Opening() -> Element {
    rsx! {
        div { class: "min-h-dvh sm:grid sm:grid-cols-[13.75rem_minmax(0,1fr)]",
            Navigation {}
            div { class: "min-w-0 pb-20 sm:pb-0",
                Exposed {}
                main { id: "page", class: "mx-auto max-w-[1200px] p-4 outline-none sm:p-6", tabindex: "-1",
                    h1 { class: "sr-only", "Opening DockHost" }
                    Skeleton { rows: 6 }
                }
            }
        }
    }
}
