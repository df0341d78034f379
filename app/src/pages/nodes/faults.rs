//! Which known faults the engine of a node has.

use dioxus::prelude::*;
use model::engine::{Component, known};

use crate::parts::{Notice, NoticeKind};

#[component]
pub(super) fn Faults(components: Vec<Component>) -> Element {
    let found = known(&components);
    rsx! {
        for fault in found.faults {
            // An address has no place to break, and is wider than a phone.
            Notice { key: "{fault.cve}", kind: NoticeKind::Warn,
                span { class: "wrap-anywhere", "{fault.wrong()} {fault.advice()}" }
            }
        }
        // A node that has said nothing yet, or whose program is older, is not warned of: its page says what it is.
        if !components.is_empty() {
            for name in found.unknown {
                Notice { key: "{name}", kind: NoticeKind::Warn,
                    "Docker does not tell which version of {name} it uses, so nobody can say whether it has known faults."
                }
            }
        }
    }
}
