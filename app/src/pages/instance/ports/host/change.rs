//! Another port in the instance, other callers, or another address for a host port that is open.

use dioxus::prelude::*;
use model::id::InstanceId;
use model::name::NodeName;
use model::view::ForwardView;
use server_fns::{Json, instances};

use super::draft::Draft;
use super::fields::{AccessFields, ContainerPortField, Reach};
use super::form::Form;
use super::{key, words};
use crate::action::use_ask;

#[component]
pub(super) fn ChangeHostPort(
    id: InstanceId,
    node: NodeName,
    forward: ForwardView,
    on_close: EventHandler<()>,
) -> Element {
    let ask = use_ask();
    // As it was when the form was opened: news of it do not change what is typed.
    let draft = use_signal(|| Draft::of(&forward));
    let send = move |()| {
        let draft = draft();
        let call = async move { instances::open_forward(id, Json(draft.request()?)).await };
        ask.start(call, move |_| on_close.call(()));
    };
    let ready = !draft.read().container_port.trim().is_empty();
    rsx! {
        Form { label: "Change {words::title(key(&forward))}", ask, verb: "Save changes", ready, on_send: send, on_close,
            ContainerPortField { draft, ask }
            AccessFields { draft, ask }
            Reach { draft, node: "{node}" }
        }
    }
}
