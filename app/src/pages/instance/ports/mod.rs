//! How the instance's ports are reached: at the node's own address, and through the server.

mod declare;
mod level;
mod link;
mod on_node;
mod row;
mod through_server;

use dioxus::prelude::*;
use model::view::InstanceView;

use crate::parts::Card;

use on_node::OnNode;
use through_server::ThroughServer;

#[component]
pub(super) fn Ports(view: InstanceView) -> Element {
    rsx! {
        Card { title: "Ports",
            div { class: "flex flex-col gap-4",
                OnNode { view: view.clone() }
                ThroughServer { view }
            }
        }
    }
}
