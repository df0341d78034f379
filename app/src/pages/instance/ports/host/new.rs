//! One more host port.

use dioxus::prelude::*;
use model::forward::{Place, Protocol};
use model::id::InstanceId;
use model::name::NodeName;
use model::view::ForwardView;
use server_fns::{Json, gateway, instances};

use super::draft::{ALLOW, BIND, Draft, HOST_PORT, PLACE, opened};
use super::fields::{AccessFields, ContainerPortField, Reach};
use super::form::Form;
use crate::action::use_ask;
use crate::parts::{Choice, Field, More, NoticeKind, use_toasts};

#[component]
pub(super) fn NewHostPort(
    id: InstanceId,
    node: NodeName,
    /// The instance, as the viewer is told it.
    called: String,
    known: Vec<ForwardView>,
    on_close: EventHandler<()>,
) -> Element {
    let ask = use_ask();
    let toasts = use_toasts();
    let draft = use_signal(Draft::default);
    let send = move |()| {
        let (known, draft, called) = (known.clone(), draft(), called.clone());
        let before = known.clone();
        let call = async move { instances::open_forward(id, Json(draft.request_new(&before)?)).await };
        ask.start(call, move |view| {
            if let Some(forward) = opened(&known, &view.forwards) {
                let text = format!("{} leads to port {} of {called}.", forward.address, forward.container.0);
                toasts.say(NoticeKind::Good, text);
            }
            on_close.call(());
        });
    };
    let ready = !draft.read().container_port.trim().is_empty();
    let refused = [HOST_PORT, ALLOW, BIND].iter().any(|field| ask.field(field).is_some());
    rsx! {
        Form { label: "Open a host port", ask, verb: "Open host port", ready, on_send: send, on_close,
            div { class: "grid gap-4 @sm:grid-cols-2",
                ContainerPortField { draft, ask }
                ProtocolChoice { draft }
            }
            PlaceChoice { draft, node: "{node}", error: ask.field(PLACE) }
            Reach { draft, node: "{node}", advice: "The part “More” below lets in single networks instead." }
            More { what: "host port, who is let in, where it listens", refused,
                HostPortField { draft, error: ask.field(HOST_PORT) }
                AccessFields { draft, ask }
            }
        }
    }
}

#[component]
fn ProtocolChoice(draft: Signal<Draft>) -> Element {
    let mut draft = draft;
    rsx! {
        fieldset { class: "min-w-0",
            legend { class: "pb-1.5 text-sm font-medium", "Protocol" }
            div { class: "grid grid-cols-2 gap-2",
                for protocol in [Protocol::Tcp, Protocol::Udp] {
                    Choice {
                        key: "{protocol}",
                        name: "protocol",
                        value: "{protocol}",
                        title: protocol.title(),
                        chosen: draft.read().protocol == protocol,
                        onchoose: move |()| draft.write().protocol = protocol,
                    }
                }
            }
        }
    }
}

#[component]
fn PlaceChoice(draft: Signal<Draft>, node: String, error: Option<String>) -> Element {
    let mut draft = draft;
    let gateway = use_resource(gateway::get);
    // What is not known is offered: the server knows, and says so.
    let none = matches!(&*gateway.read(), Some(Ok(view)) if view.host_ports.is_none());
    let of_server = if none { "This server opens none." } else { "Also where nothing can dial in to the node." };
    let places = [
        (Place::Node, "On the node", format!("At {node}, for those who reach it."), false),
        (Place::Server, "On the server", of_server.to_owned(), none),
    ];
    rsx! {
        fieldset { class: "flex min-w-0 flex-col gap-1.5",
            legend { class: "pb-1.5 text-sm font-medium", "Where" }
            div { class: "grid gap-2 @sm:grid-cols-2",
                for (place, title, hint, disabled) in places {
                    Choice {
                        key: "{place}",
                        name: PLACE,
                        value: "{place}",
                        title,
                        hint,
                        disabled,
                        chosen: draft.read().place == place,
                        onchoose: move |()| draft.write().place = place,
                    }
                }
            }
            if let Some(error) = error {
                p { class: "text-sm text-bad", role: "alert", "{error}" }
            }
        }
    }
}

#[component]
fn HostPortField(draft: Signal<Draft>, error: Option<String>) -> Element {
    let mut draft = draft;
    rsx! {
        Field {
            label: "Host port",
            name: HOST_PORT,
            value: draft.read().host_port.clone(),
            oninput: move |text| draft.write().host_port = text,
            error,
            hint: "Empty: a free one.",
            autocomplete: "off",
            mono: true,
        }
    }
}
