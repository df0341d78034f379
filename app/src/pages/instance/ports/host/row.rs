//! One host port beside the three: where it leads, who is let in, and its end.

use dioxus::prelude::*;
use model::forward::Protocol;
use model::id::InstanceId;
use model::name::NodeName;
use model::view::ForwardView;
use server_fns::{Json, instances};

use super::change::ChangeHostPort;
use super::draft::Draft;
use super::table::Cells;
use super::who::Who;
use super::{Open, key, words};
use crate::action::use_ask;
use crate::parts::{Glyph, Menu, MenuItem, Notice, NoticeKind, use_toasts};

#[component]
pub(super) fn Row(id: InstanceId, node: NodeName, forward: ForwardView, open: Signal<Open>) -> Element {
    let ask = use_ask();
    let toasts = use_toasts();
    let mut open = open;
    let key = key(&forward);
    let changing = open() == Open::ChangeOf(key);
    let title = words::title(key);
    let menu = format!("{}-{}-{}-menu", key.place, key.protocol, key.host.0);
    let closing = words::closing(key, &node);
    let close = move |()| {
        let closing = closing.clone();
        let call = instances::close_forward(id, key.place, key.protocol, key.host.0);
        ask.start(call, move |_| toasts.say(NoticeKind::Good, closing));
    };
    // The same wish once more.
    let wish = Draft::of(&forward);
    let again = move |()| {
        let wish = wish.clone();
        ask.start(async move { instances::open_forward(id, Json(wish.request()?)).await }, |_| {});
    };
    let actions = rsx! {
        Menu { id: "{menu}", label: "Actions for {title}", head: "{title}",
            if forward.given_up {
                MenuItem { menu: "{menu}", icon: Glyph::Restart, onclick: again, "Try again" }
            }
            MenuItem { menu: "{menu}", icon: Glyph::Settings, onclick: move |()| open.set(Open::ChangeOf(key)), "Change…" }
            MenuItem { menu: "{menu}", icon: Glyph::Trash, danger: true, onclick: close, "Close" }
        }
    };
    let remark = if key.protocol == Protocol::Udp { "UDP" } else { "" };
    let fade = if ask.busy() { "opacity-60" } else { "" };
    rsx! {
        tbody { class: "border-t border-line {fade}", aria_busy: if ask.busy() { "true" } else { "false" },
            Cells { address: forward.address.clone(), port: forward.container, remark, menu: actions }
            tr {
                td { class: "pb-2.5", colspan: "3",
                    div { class: "flex flex-col gap-2",
                        if !changing {
                            Who { allow: forward.allow.clone(), bind: forward.bind.clone() }
                        }
                        if !forward.problem.is_empty() {
                            Notice { kind: NoticeKind::Warn, "{forward.problem}" }
                        }
                        if let Some(why) = ask.rest(&[]) {
                            Notice { kind: NoticeKind::Bad, "{why}" }
                        }
                        if changing {
                            ChangeHostPort { id, node, forward: forward.clone(), on_close: move |()| open.set(Open::Nothing) }
                        }
                    }
                }
            }
        }
    }
}
