//! What is said of an instance.

use dioxus::prelude::*;
use model::view::InstanceView;

use crate::parts::{Time, Words};

#[component]
pub(crate) fn Message(view: InstanceView) -> Element {
    rsx! {
        Words { text: view.message.clone(), name: "{view.node.name}" }
        if let Some(at) = view.last_heard_at {
            " That node was last heard from "
            Time { at }
            "."
        }
    }
}
