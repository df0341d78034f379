//! How the instance's ports are reached: through host ports, and through public URLs.

mod host;
mod number;
mod urls;

use dioxus::prelude::*;
use model::view::InstanceView;

use crate::parts::{Button, Card, Glyph};

pub(super) use host::network;
use host::{HostPorts, Open};
use urls::Urls;

#[component]
pub(super) fn Ports(view: InstanceView) -> Element {
    let mut open = use_signal(|| Open::Nothing);
    let new = open() == Open::New;
    rsx! {
        Card {
            title: "Ports",
            actions: rsx! {
                Button {
                    icon: Glyph::Plus,
                    expanded: new,
                    onclick: move |_| open.set(if new { Open::Nothing } else { Open::New }),
                    "Open a host port"
                }
            },
            // One column is said, too: without it, a long URL would make the card wider than a narrow window.
            div { class: "grid grid-cols-1 gap-x-8 gap-y-5 @4xl:grid-cols-[minmax(0,5fr)_minmax(0,3fr)]",
                HostPorts { view: view.clone(), open }
                Urls { view }
            }
        }
    }
}
