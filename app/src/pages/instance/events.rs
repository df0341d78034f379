//! What happened to an instance, newest first.

use dioxus::prelude::*;
use model::view::InstanceView;

use crate::pages::activity::{Chosen, Feed, Of};

/// The newest lines of the activity log; the page of that name has the rest, and links to each.
#[component]
pub(super) fn Events(view: InstanceView) -> Element {
    let chosen = Chosen { of: Of::Instance(view.id), ..Chosen::default() };
    rsx! {
        section { aria_label: "Events",
            header { class: "flex items-center justify-between gap-3 px-4 pb-2",
                h2 { class: "font-medium", "Events" }
                Link { class: "text-sm text-accent-text underline-offset-2 hover:underline", to: chosen.route(), "Activity of {view.name}" }
            }
            {rsx! {
                Feed { key: "{view.id}", chosen }
            }}
        }
    }
}
