//! The host ports of an instance: the three that every one has, and those opened beside them.

mod change;
mod draft;
mod fields;
mod form;
mod new;
mod row;
mod table;
mod who;
mod words;

use dioxus::prelude::*;
use model::forward::{ForwardKey, Place};
use model::view::{ForwardView, InstanceView};

use crate::state::use_called;

use new::NewHostPort;
use row::Row;
use table::{BlockRow, Table};
pub(in crate::pages::instance) use words::network;

/// Which form is open: one at most, so that no two inputs share an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Open {
    Nothing,
    New,
    ChangeOf(ForwardKey),
}

#[component]
pub(super) fn HostPorts(view: InstanceView, open: Signal<Open>) -> Element {
    let (on_node, on_server): (Vec<_>, Vec<_>) =
        view.forwards.iter().cloned().partition(|forward| forward.place == Place::Node);
    let node = &view.node.name;
    let called = use_called(&view);
    rsx! {
        div { class: "flex flex-col gap-5",
            if open() == Open::New {
                NewHostPort {
                    id: view.id,
                    node: node.clone(),
                    called: called.clone(),
                    known: view.forwards.clone(),
                    on_close: move |()| open.set(Open::Nothing),
                }
            }
            if view.ports.is_empty() && on_node.is_empty() {
                p { class: "text-text-muted", "It has no host ports yet." }
            } else {
                p { class: "text-sm text-text-muted", "{words::CALLERS}" }
                Table { title: "On the node", text: "At the address of {node} itself.", name: "{node}",
                    for binding in view.ports.iter().copied() {
                        BlockRow {
                            key: "{binding.host.0}",
                            node: view.node.address.clone(),
                            binding,
                            closed: view.doors.iter().any(|door| door.port == binding.container && !door.open),
                        }
                    }
                    for forward in on_node {
                        Row { key: "{words::title(key(&forward))}", id: view.id, node: node.clone(), forward, open }
                    }
                }
            }
            if !on_server.is_empty() {
                Table { title: "On the server", text: "At the server's address, which leads to instances also where nothing can dial in.", name: "",
                    for forward in on_server {
                        Row { key: "{words::title(key(&forward))}", id: view.id, node: node.clone(), forward, open }
                    }
                }
            }
        }
    }
}

/// Which one it is of its instance.
const fn key(forward: &ForwardView) -> ForwardKey {
    ForwardKey { place: forward.place, protocol: forward.protocol, host: forward.host }
}
