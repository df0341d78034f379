//! One key: whose it is held to be, what it may, and what deleting it takes away.

use dioxus::prelude::*;
use model::live::LiveWorld;
use model::view::{KeyStanding, SshKeyView};
use server_fns::ssh_keys;

use super::manage::Manage;
use super::prove::Prove;
use super::words::{Holder, loss, standing};
use crate::action::use_ask;
use crate::parts::{Badge, Button, ButtonKind, Confirm, Glyph, NoticeKind, Time, Tone, use_toasts};
use crate::state::use_world;

#[component]
pub(super) fn KeyRow(view: SshKeyView) -> Element {
    let mut asking = use_signal(|| false);
    let (word, sentence) = standing(view.standing);
    let tone = match view.standing {
        KeyStanding::Proved => Tone::Good,
        KeyStanding::Sole => Tone::Idle,
        KeyStanding::Contested => Tone::Warn,
        KeyStanding::Foreign => Tone::Bad,
    };
    rsx! {
        // The columns are the list's, so that they stand below each other.
        li { class: "flex flex-col gap-2 px-4 py-2 @min-[46rem]:col-span-full @min-[46rem]:grid @min-[46rem]:grid-cols-subgrid",
            div { class: "relative flex min-h-11 flex-wrap items-center gap-x-4 gap-y-1 pr-12 @min-[46rem]:col-span-full @min-[46rem]:grid @min-[46rem]:grid-cols-subgrid @min-[46rem]:pr-0",
                span { class: "min-w-32 flex-1 truncate font-medium", title: "{view.name}", "{view.name}" }
                Badge { tone, "{word}" }
                span { class: "text-sm text-text-muted", "{view.algorithm}" }
                code { class: "min-w-0 basis-full font-mono text-sm break-all select-all @min-[46rem]:truncate", title: "{view.fingerprint}", "{view.fingerprint}" }
                span { class: "text-sm text-text-muted", "added " Time { at: view.created_at } }
                div { class: "absolute top-0 -right-2 @min-[46rem]:static",
                    Button {
                        kind: ButtonKind::Quiet,
                        icon: Glyph::Trash,
                        title: "Delete {view.name}",
                        onclick: move |_| asking.set(true),
                    }
                }
            }
            div { class: "flex min-w-0 flex-col gap-2 @min-[46rem]:col-span-full",
                match view.standing {
                    KeyStanding::Proved => rsx! {},
                    KeyStanding::Sole => rsx! {
                        p { class: "max-w-prose text-sm text-text-muted", "{sentence}" }
                    },
                    KeyStanding::Contested => rsx! { Prove { view: view.clone(), sentence } },
                    KeyStanding::Foreign => rsx! {
                        p { class: "max-w-prose text-sm text-bad", role: "status", "{sentence}" }
                    },
                }
                // One that opens nothing manages nothing either.
                if matches!(view.standing, KeyStanding::Proved | KeyStanding::Sole) {
                    Manage { view: view.clone() }
                }
            }
            if asking() {
                Delete { view: view.clone(), on_close: move |()| asking.set(false) }
            }
        }
    }
}

#[component]
fn Delete(view: SshKeyView, on_close: EventHandler<()>) -> Element {
    let ask = use_ask();
    let toasts = use_toasts();
    let name = view.name.clone();
    let holders = use_world(move |world: &LiveWorld| {
        let mine = world.instances.values().filter(|instance| instance.is_of(&world.me.username));
        mine.filter(|instance| instance.ssh_keys.contains(&name))
            .map(|instance| Holder { instance: instance.name.clone(), only: instance.ssh_keys.len() == 1 })
            .collect::<Vec<_>>()
    });
    let id = view.id;
    let name = view.name.clone();
    let delete = move |()| {
        let gone = format!("{name} is deleted.");
        ask.start(ssh_keys::remove(id), move |()| {
            toasts.say(NoticeKind::Good, gone);
            on_close.call(());
        });
    };
    rsx! {
        Confirm {
            title: "Delete {view.name}?",
            text: loss(&holders().unwrap_or_default()),
            verb: "Delete SSH key",
            busy: ask.busy(),
            error: ask.rest(&[]),
            on_confirm: delete,
            on_close,
        }
    }
}
