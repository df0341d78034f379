//! Who is let in on a host port, and where it listens.

use dioxus::prelude::*;

use super::words;

/// More than these are listed on demand.
const SHOWN: usize = 3;

#[component]
pub(super) fn Who(allow: Vec<String>, bind: String) -> Element {
    let mut networks = allow.iter().map(|network| words::network(network));
    let shown: Vec<_> = networks.by_ref().take(SHOWN).collect();
    let more: Vec<_> = networks.collect();
    let first = shown.join(", ");
    rsx! {
        div { class: "text-sm text-text-muted wrap-anywhere",
            if allow.is_empty() {
                p { "Lets in " span { class: "text-text", "everybody" } }
            } else if more.is_empty() {
                p { "Lets in " code { class: "font-mono text-text", "{first}" } }
            } else {
                details { class: "group",
                    summary { class: "cursor-pointer rounded-sm hover:text-text",
                        "Lets in "
                        code { class: "font-mono text-text", "{first}" }
                        span { class: "group-open:hidden", " and {more.len()} more" }
                    }
                    code { class: "block font-mono text-text", {more.join(", ")} }
                }
            }
            if !bind.is_empty() {
                p { "Listens on " code { class: "font-mono text-text", "{bind}" } " alone" }
            }
        }
    }
}
