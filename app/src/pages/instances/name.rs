//! What an instance is called: two people may have one of the same name.

use dioxus::prelude::*;
use model::view::InstanceView;

use crate::state::use_other_owner;

/// Its name, with its owner's before it where it is somebody else's.
#[component]
pub(crate) fn Name(view: InstanceView) -> Element {
    let other = use_other_owner(&view);
    rsx! {
        if let Some(owner) = other {
            span { class: "font-normal text-text-muted", "{owner}/" }
        }
        "{view.name}"
    }
}
