//! The fields that both forms have.

use dioxus::prelude::*;

use super::draft::{ALLOW, BIND, CONTAINER_PORT, Draft};
use super::words;
use crate::action::Ask;
use crate::parts::{Field, Notice, NoticeKind, TextArea};

#[component]
pub(super) fn ContainerPortField(draft: Signal<Draft>, ask: Ask) -> Element {
    let mut draft = draft;
    rsx! {
        Field {
            label: "Port in the instance",
            name: CONTAINER_PORT,
            value: draft.read().container_port.clone(),
            oninput: move |text| draft.write().container_port = text,
            error: ask.field(CONTAINER_PORT),
            hint: "The program there must listen on 0.0.0.0.",
            placeholder: "8080",
            autocomplete: "off",
            mono: true,
        }
    }
}

#[component]
pub(super) fn AccessFields(draft: Signal<Draft>, ask: Ask) -> Element {
    let mut draft = draft;
    rsx! {
        TextArea {
            label: "Who is let in",
            name: ALLOW,
            value: draft.read().allow.clone(),
            oninput: move |text| draft.write().allow = text,
            error: ask.field(ALLOW),
            hint: "Networks or single addresses, separated by commas or lines. Empty: everybody.",
            placeholder: "10.0.0.0/8, 192.0.2.7",
            rows: 3,
            mono: true,
        }
        Field {
            label: "Listen on",
            name: BIND,
            value: draft.read().bind.clone(),
            oninput: move |text| draft.write().bind = text,
            error: ask.field(BIND),
            hint: "One address of that machine. Empty: every address that its operator allows.",
            placeholder: "10.0.0.7",
            autocomplete: "off",
            mono: true,
        }
    }
}

/// Who gets in with what is typed so far.
#[component]
pub(super) fn Reach(draft: Signal<Draft>, node: String, advice: Option<&'static str>) -> Element {
    let everybody = draft.read().is_for_everybody();
    let sentence = words::reach(draft.read().place, &node, everybody);
    let kind = if everybody { NoticeKind::Warn } else { NoticeKind::Info };
    let advice = advice.filter(|_| everybody).unwrap_or_default();
    rsx! {
        Notice { kind, "{sentence} {advice}" }
    }
}
