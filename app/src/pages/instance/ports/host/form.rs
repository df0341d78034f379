//! The frame of both forms: refusals that no field shows, the verb, and the cursor.

use dioxus::prelude::*;

use super::draft::{ALLOW, BIND, CONTAINER_PORT, HOST_PORT, PLACE};
use crate::action::Ask;
use crate::parts::{Button, ButtonKind, Notice, NoticeKind, on_escape};
use crate::script;

#[component]
pub(super) fn Form(
    label: String,
    ask: Ask,
    verb: &'static str,
    /// Whether there is enough to send.
    ready: bool,
    on_send: EventHandler<()>,
    on_close: EventHandler<()>,
    children: Element,
) -> Element {
    rsx! {
        form {
            id: "host-port-form",
            class: "@container flex flex-col gap-4 rounded-md border border-line bg-surface p-4",
            aria_label: "{label}",
            onmounted: move |_| {
                script::enter("host-port-form");
            },
            onkeydown: on_escape(move || {
                if !ask.busy() {
                    on_close.call(());
                }
            }),
            onsubmit: move |event| {
                event.prevent_default();
                on_send.call(());
            },
            if let Some(why) = ask.rest(&[CONTAINER_PORT, HOST_PORT, ALLOW, BIND, PLACE]) {
                Notice { kind: NoticeKind::Bad, "{why}" }
            }
            {children}
            div { class: "flex flex-wrap gap-2",
                Button { kind: ButtonKind::Primary, submit: true, busy: ask.busy(), disabled: !ready, "{verb}" }
                Button { disabled: ask.busy(), onclick: move |_| on_close.call(()), "Cancel" }
            }
        }
    }
}
