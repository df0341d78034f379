//! The end of an instance, at the end of its page.

use dioxus::prelude::*;
use model::verb::Verb;
use model::view::InstanceView;

use crate::pages::instances::{VerbButton, Verbs};
use crate::parts::{ButtonKind, Card};
use crate::state::use_called;

#[component]
pub(super) fn Danger(verbs: Verbs, view: InstanceView) -> Element {
    let ports: Vec<_> = view.host_ports().iter().map(|port| port.0.to_string()).collect();
    let ports = if ports.is_empty() { String::new() } else { format!(", and its host ports {}", ports.join(", ")) };
    let called = use_called(&view);
    rsx! {
        Card { title: "Delete",
            div { class: "flex flex-wrap items-center justify-between gap-4",
                p { class: "max-w-prose text-text-muted",
                    "Deleting {called} loses all its files and programs{ports}, for good. You will be asked to type {called}."
                }
                VerbButton { verbs, verb: Verb::Delete, view, kind: ButtonKind::Danger }
            }
        }
    }
}
