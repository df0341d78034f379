//! An SSH key is added without leaving the form. It is a form of its own, so it stands before the other.

use dioxus::prelude::*;

use crate::pages::ssh_keys::AddKey;
use crate::parts::Card;
use crate::script;

/// The button that opens it where there is a key already.
pub(super) const OPENER: &str = "add-another-key";

/// `first`: there is none, and without one the instance opens to nobody.
#[component]
pub(super) fn FirstKey(first: bool, on_close: EventHandler<()>) -> Element {
    rsx! {
        div { class: "pb-4",
            Card { title: if first { "First your SSH key" } else { "Add an SSH key" },
                AddKey {
                    closable: !first,
                    beside: true,
                    on_close: move |()| {
                        on_close.call(());
                        script::focus(if first { "name" } else { OPENER });
                    },
                }
            }
        }
    }
}
