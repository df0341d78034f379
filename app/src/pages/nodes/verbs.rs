//! What the owner of a node can do with it.

use dioxus::prelude::*;
use model::id::NodeId;
use model::node::{Availability, Liveness};
use model::request::DrainNode;
use model::view::NodeView;
use server_fns::{Json, nodes};

use super::words::{Question, Verb, question, removal_hindrance};
use crate::action::use_ask;
use crate::pages::node_form::FreshLine;
use crate::parts::{Confirm, Glyph, Menu, MenuItem, NoticeKind, use_toasts};

/// The id of the menu on the card of that node.
pub(super) fn menu(node: NodeId) -> String {
    format!("menu-{node}")
}

#[component]
pub(super) fn Verbs(node: NodeView, on_edit: EventHandler<()>, on_line: EventHandler<FreshLine>) -> Element {
    let ask = use_ask();
    let toasts = use_toasts();
    let mut asking = use_signal(|| None::<Verb>);
    let menu = menu(node.id);
    let id = node.id;
    let mut open = move |verb: Verb| {
        ask.clear();
        asking.set(Some(verb));
    };
    let uncordoned = format!("{} takes new instances again.", node.name);
    let uncordon = move |()| {
        let uncordoned = uncordoned.clone();
        ask.start(nodes::uncordon(id), move |_| toasts.say(NoticeKind::Good, uncordoned));
    };
    let hindrance = removal_hindrance(&node);
    let away = matches!(node.liveness, Liveness::Offline | Liveness::Never);
    let remove = move |()| match hindrance.clone() {
        // A node that is gone for good takes its instances with it.
        Some(_) if away => open(Verb::Forget),
        Some(why) => toasts.say(NoticeKind::Warn, why),
        None => open(Verb::Remove),
    };
    // A verb that was not asked about is refused here; one that was is refused in its dialog.
    let refused = ask.rest(&[]).filter(|_| asking().is_none());
    rsx! {
        if let Some(why) = refused {
            p { class: "max-w-48 py-2 text-sm text-bad", role: "alert", "{why}" }
        }
        Menu { id: "{menu}", label: "Actions for {node.name}", head: "{node.name}",
            MenuItem { menu: "{menu}", icon: Glyph::Settings, onclick: move |()| on_edit.call(()), "Settings" }
            match node.availability {
                Availability::Open => rsx! {
                    MenuItem { menu: "{menu}", icon: Glyph::Stop, onclick: move |()| open(Verb::Cordon), "Cordon" }
                },
                Availability::Cordoned | Availability::Draining => rsx! {
                    MenuItem { menu: "{menu}", icon: Glyph::Play, onclick: uncordon, "Uncordon" }
                },
            }
            if node.availability != Availability::Draining || node.running > 0 {
                MenuItem { menu: "{menu}", icon: Glyph::Stop, onclick: move |()| open(Verb::Drain), "Drain" }
            }
            if node.frozen {
                MenuItem { menu: "{menu}", icon: Glyph::Play, onclick: move |()| open(Verb::Unfreeze), "Let it in again" }
            }
            MenuItem { menu: "{menu}", icon: Glyph::Key, onclick: move |()| open(Verb::Rotate), "Rotate key" }
            MenuItem { menu: "{menu}", icon: Glyph::Trash, danger: true, onclick: remove, "Remove" }
        }
        if let Some(verb) = asking() {
            Ask { node, verb, on_line, on_close: move |()| asking.set(None) }
        }
    }
}

#[component]
fn Ask(node: NodeView, verb: Verb, on_line: EventHandler<FreshLine>, on_close: EventHandler<()>) -> Element {
    let ask = use_ask();
    let toasts = use_toasts();
    let id = node.id;
    let Question { title, text, verb: button, done } = question(verb, &node);
    // As for an instance whose files are lost.
    let type_name = (verb == Verb::Forget && node.instances > 0).then(|| node.name.to_string());
    let act = move |()| {
        let done = done.clone();
        let call = move || async move {
            match verb {
                Verb::Cordon => nodes::cordon(id).await.map(|_| None),
                Verb::Rotate => Ok(Some(FreshLine::from(nodes::rotate_key(id).await?))),
                Verb::Drain => nodes::drain(id, Json(DrainNode { stop: true })).await.map(|_| None),
                Verb::Unfreeze => nodes::unfreeze(id).await.map(|_| None),
                Verb::Remove => nodes::remove(id).await.map(|()| None),
                Verb::Forget => nodes::forget(id).await.map(|()| None),
            }
        };
        ask.start_with_proof(call, move |line: Option<FreshLine>| {
            toasts.say(NoticeKind::Good, done);
            if let Some(line) = line {
                on_line.call(line);
            }
            on_close.call(());
        });
    };
    rsx! {
        Confirm {
            title,
            text,
            verb: button,
            type_name,
            busy: ask.busy(),
            error: ask.rest(&[]),
            on_confirm: act,
            // The answer may hold the only copy of a key, so the dialog waits for it.
            on_close: move |()| {
                if !ask.busy() {
                    on_close.call(());
                }
            },
        }
    }
}
