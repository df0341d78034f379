//! What a node is: its machine, its programs, its reach.

use dioxus::prelude::*;
use model::node::{EngineState, NodeFacts};
use model::view::NodeView;

use crate::parts::CopyText;

#[component]
pub(super) fn Details(node: NodeView) -> Element {
    rsx! {
        dl { class: "grid grid-cols-[7rem_minmax(0,1fr)] items-center gap-x-6 gap-y-1.5 text-sm",
            dt { class: "text-text-muted", "Address" }
            dd { class: "min-w-0",
                if node.address.is_empty() {
                    "known once it dials in"
                } else {
                    CopyText { text: node.address.clone(), title: "Copy the address", fill: true }
                }
            }
            dt { class: "text-text-muted", "Host ports" }
            dd { class: "font-mono", "{node.host_ports.first}–{node.host_ports.last}" }
            if let Some(facts) = node.facts {
                Machine { facts }
            }
        }
    }
}

#[component]
fn Machine(facts: NodeFacts) -> Element {
    let images: Vec<&str> = facts.images.iter().map(|image| image.title()).collect();
    let images = if images.is_empty() { "none".to_owned() } else { images.join(", ") };
    let engine = match &facts.engine {
        EngineState::Unknown => "not asked yet".to_owned(),
        EngineState::Up { version, .. } => version.clone(),
        EngineState::Away { reason } | EngineState::Hung { reason } => reason.clone(),
    };
    let rows = [
        ("System", format!("{}, {}", facts.system, facts.architecture)),
        ("Docker", engine),
        ("Node program", facts.node_version.clone()),
        ("Images", images),
    ];
    rsx! {
        for (name, value) in rows {
            dt { key: "{name}", class: "text-text-muted", "{name}" }
            dd { class: "wrap-anywhere", "{value}" }
        }
    }
}
