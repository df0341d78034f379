//! Registering a node, changing its settings, and showing once how a machine becomes it.

mod connect;
mod draft;
mod line;
mod origin;
mod steps;

use dioxus::prelude::*;
use model::enrolment::EnrolmentCode;
use model::id::NodeId;
use model::view::{NodeKey, NodeView};
use server_fns::{ApiError, Json, nodes};

use crate::action::use_ask;
use crate::parts::{Button, ButtonKind, Field, FieldKind, More, Notice, NoticeKind, on_escape, use_toasts};
use crate::script;

pub(in crate::pages) use connect::Connect;
use draft::Draft;
pub(in crate::pages) use origin::use_origin;

/// What makes a machine a node, in the one moment in which it can be shown.
#[derive(Clone, PartialEq)]
pub(in crate::pages) struct FreshLine {
    pub(in crate::pages) node: NodeId,
    code: EnrolmentCode,
    /// Where a key was made, too.
    key: Option<String>,
    /// Of the server's own certificate, where no authority vouches for it.
    fingerprint: Option<String>,
}

impl From<NodeKey> for FreshLine {
    fn from(made: NodeKey) -> Self {
        let NodeKey { id: node, secret, server_fingerprint, code, .. } = made;
        Self { node, code, key: Some(secret), fingerprint: server_fingerprint }
    }
}

/// For a new node, or for the settings of the one that is given.
#[component]
pub(in crate::pages) fn NodeForm(
    node: Option<NodeView>,
    /// The id of what opened it, which has the focus again when it is left.
    opener: String,
    on_close: EventHandler<()>,
    on_line: EventHandler<FreshLine>,
) -> Element {
    let ask = use_ask();
    let toasts = use_toasts();
    let id = node.as_ref().map(|node| node.id);
    // As it was when the form was opened, so that news of the node do not change what is sent.
    let before = use_hook(|| node.as_ref().map(Draft::of));
    let mut draft = use_signal(|| before.clone().unwrap_or_default());
    let again = opener.clone();
    let leave = use_callback(move |()| {
        if !ask.busy() {
            on_close.call(());
            script::focus(&opener);
        }
    });
    let send = move |event: FormEvent| {
        event.prevent_default();
        let again = again.clone();
        let saved = format!("The settings of {} are saved.", draft.peek().name.trim());
        let (before, draft) = (before.clone(), draft());
        let call = move || save(id, before.clone(), draft.clone());
        ask.start_with_proof(call, move |line| {
            match line {
                // It takes the focus.
                Some(line) => on_line.call(line),
                None => {
                    toasts.say(NoticeKind::Good, saved);
                    script::focus(&again);
                }
            }
            on_close.call(());
        });
    };
    rsx! {
        form {
            class: "flex max-w-xl flex-col gap-4",
            onmounted: move |_| script::focus("name"),
            onkeydown: on_escape(move || leave.call(())),
            onsubmit: send,
            if let Some(why) = ask.rest(&["name", "lab", "address", "max_instances", "host_ports"]) {
                Notice { kind: NoticeKind::Bad, "{why}" }
            }
            Field {
                label: "Name",
                name: "name",
                value: draft.read().name.clone(),
                oninput: move |text| draft.write().name = text,
                error: ask.field("name"),
                hint: "Lower-case letters, digits and hyphens, such as lab-3.",
                autocomplete: "off",
                autofocus: true,
                required: true,
            }
            Field {
                label: "Lab (optional)",
                name: "lab",
                value: draft.read().lab.clone(),
                oninput: move |text| draft.write().lab = text,
                error: ask.field("lab"),
                hint: "Where it stands, such as a room.",
                autocomplete: "off",
            }
            Field {
                label: "At most so many instances",
                name: "max_instances",
                kind: FieldKind::Number,
                value: draft.read().max_instances.clone(),
                oninput: move |text| draft.write().max_instances = text,
                error: ask.field("max_instances"),
                min: "1",
                required: true,
            }
            More {
                what: "address and host ports",
                told: draft.peek().tells_more(),
                refused: ask.field("address").is_some() || ask.field("host_ports").is_some(),
                Field {
                    label: "Address (optional)",
                    name: "address",
                    value: draft.read().address.clone(),
                    oninput: move |text| draft.write().address = text,
                    error: ask.field("address"),
                    hint: "The host name or IP address at which people reach the computer. Left empty, it is the address it dials in from.",
                    placeholder: "lab-3.example.org",
                    autocomplete: "off",
                    mono: true,
                }
                PortFields { draft, error: ask.field("host_ports") }
            }
            div { class: "flex flex-wrap gap-2",
                Button { kind: ButtonKind::Primary, submit: true, busy: ask.busy(),
                    if id.is_some() { "Save settings" } else { "Add node" }
                }
                Button { disabled: ask.busy(), onclick: move |_| leave.call(()), "Cancel" }
            }
        }
    }
}

#[component]
fn PortFields(draft: Signal<Draft>, error: Option<String>) -> Element {
    let mut draft = draft;
    rsx! {
        div { class: "grid grid-cols-2 items-start gap-4",
            Field {
                label: "First host port",
                name: "host_ports",
                kind: FieldKind::Number,
                value: draft.read().first_port.clone(),
                oninput: move |text| draft.write().first_port = text,
                error,
                hint: "Each instance takes three in a row.",
                min: "1",
                max: "65535",
                required: true,
            }
            Field {
                label: "Last host port",
                name: "host_ports_last",
                kind: FieldKind::Number,
                value: draft.read().last_port.clone(),
                oninput: move |text| draft.write().last_port = text,
                min: "1",
                max: "65535",
                required: true,
            }
        }
    }
}

async fn save(id: Option<NodeId>, before: Option<Draft>, draft: Draft) -> Result<Option<FreshLine>, ApiError> {
    let request = Json(draft.request(before.as_ref())?);
    match id {
        Some(id) => nodes::update(id, request).await.map(|_| None),
        None => Ok(Some(FreshLine::from(nodes::register(request).await?))),
    }
}
