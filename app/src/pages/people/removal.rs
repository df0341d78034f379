//! Removing somebody's account, with what becomes of what they have.

use dioxus::prelude::*;
use model::refusal::Refusal;
use model::request::{Handover, RemovePerson};
use model::view::PersonRow;
use server_fns::{Json, people};

use super::fate::{Fate, Fates};
use super::row::counted;
use crate::action::use_ask;
use crate::parts::{Confirm, NoticeKind, use_toasts};

const FIELDS: [&str; 2] = ["instances", "nodes"];

#[component]
pub(super) fn Removal(person: PersonRow, on_close: EventHandler<()>) -> Element {
    let ask = use_ask();
    let toasts = use_toasts();
    let (instances, nodes) = (use_signal(Fate::default), use_signal(Fate::default));
    let PersonRow { id, username, instances: has_instances, nodes: has_nodes, .. } = person;
    let (all_instances, all_nodes) = (counted(has_instances, "instance"), counted(has_nodes, "node"));
    let shown: Vec<&str> = FIELDS
        .into_iter()
        .zip([has_instances, has_nodes])
        .filter(|(_, has)| *has > 0)
        .map(|(field, _)| field)
        .collect();
    let done = format!("{username} is removed.");
    let remove = move |()| {
        let [of_instances, of_nodes] = FIELDS;
        let words = (word(has_instances, &instances(), of_instances), word(has_nodes, &nodes(), of_nodes));
        let request = match words {
            (Ok(instances), Ok(nodes)) => RemovePerson { instances, nodes },
            (one, other) => return ask.refuse([one.err(), other.err()].into_iter().flatten().collect()),
        };
        let done = done.clone();
        ask.start_with_proof(
            move || people::remove(id, Json(request.clone())),
            move |()| {
                toasts.say(NoticeKind::Good, done);
                on_close.call(());
            },
        );
    };
    rsx! {
        Confirm {
            title: "Remove {username}?",
            text: "The account goes at once, with its sessions, tokens and SSH keys. This cannot be undone.",
            verb: "Remove",
            type_name: "{username}",
            busy: ask.busy(),
            error: ask.rest(&shown),
            on_confirm: remove,
            on_close: move |()| on_close.call(()),
            if has_instances > 0 {
                Fates {
                    name: FIELDS[0],
                    loss: "All files of {all_instances} are lost for good.",
                    error: ask.field(FIELDS[0]),
                    fate: instances,
                }
            }
            if has_nodes > 0 {
                Fates {
                    name: FIELDS[1],
                    loss: "The keys of {all_nodes} open nothing any more. There must be no instance on them.",
                    error: ask.field(FIELDS[1]),
                    fate: nodes,
                }
            }
        }
    }
}

/// What the server is told of something; nothing where there is none.
fn word(has: u32, fate: &Fate, name: &str) -> Result<Option<Handover>, Refusal> {
    if has == 0 { Ok(None) } else { fate.word(name).map(Some) }
}
