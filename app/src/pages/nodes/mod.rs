//! The machines that run instances.

mod card;
mod details;
mod faults;
mod link;
mod load;
mod meters;
mod verbs;
mod words;

use dioxus::prelude::*;
use model::id::NodeId;
use model::live::LiveWorld;
use model::view::NodeView;

use super::node_form::{FreshLine, NodeForm};
use crate::parts::{Button, ButtonKind, Card, Empty, Glyph, PageHeader};
use crate::state::use_world;

use card::NodeCard;

/// Which form is open: one at most, so that no two inputs share an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    Nothing,
    New,
    SettingsOf(NodeId),
}

/// The button that opens the form of a new node.
const OPENER: &str = "add-node";

#[component]
pub(crate) fn Nodes() -> Element {
    let mut open = use_signal(|| Open::Nothing);
    let mut fresh = use_signal(|| None::<FreshLine>);
    let nodes = use_world(|world: &LiveWorld| {
        let mut nodes: Vec<NodeView> = world.nodes.values().cloned().collect();
        nodes.sort_by(|a, b| a.name.cmp(&b.name).then(a.id.cmp(&b.id)));
        nodes
    });
    let Some(nodes) = nodes() else { return rsx! {} };
    let add = rsx! {
        Button { id: OPENER, kind: ButtonKind::Primary, icon: Glyph::Plus, onclick: move |_| open.set(Open::New), "Add a node" }
    };
    let nothing = nodes.is_empty() && open() != Open::New && fresh.read().is_none();
    rsx! {
        PageHeader {
            title: "Nodes",
            text: "The computers that run instances. They dial out to this server, so they need no open port for it.",
            actions: rsx! {
                if !nothing && open() != Open::New {
                    {add.clone()}
                }
            },
        }
        div { class: "flex flex-col gap-5",
            if open() == Open::New {
                Card { title: "Add a node",
                    NodeForm {
                        opener: OPENER,
                        on_close: move |()| open.set(Open::Nothing),
                        on_line: move |line| fresh.set(Some(line)),
                    }
                }
            }
            if nothing {
                Empty {
                    title: "No nodes yet",
                    text: "Any Linux computer with Docker can be one: a server, a lab PC, a laptop behind a home router.",
                    action: add,
                }
            }
            div { class: "grid grid-cols-[repeat(auto-fill,minmax(min(24rem,100%),1fr))] items-start gap-4",
                for node in nodes {
                    NodeCard {
                        key: "{node.id}",
                        editing: open() == Open::SettingsOf(node.id),
                        on_edit: move |edit: bool| open.set(if edit { Open::SettingsOf(node.id) } else { Open::Nothing }),
                        fresh: fresh().filter(|line| line.node == node.id),
                        on_line: move |line| fresh.set(Some(line)),
                        on_copied: move |()| fresh.set(None),
                        node,
                    }
                }
            }
        }
    }
}
