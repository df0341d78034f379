//! Who may log in.

use std::collections::BTreeSet;

use dioxus::prelude::*;
use model::id::SshKeyId;
use model::live::LiveWorld;
use model::view::{KeyStanding, SshKeyView};

use super::first_key::OPENER;
use crate::parts::{Button, ButtonKind, Check, Choice, Glyph, Switch};
use crate::state::use_world;

/// A key that may manage is ticked until it is unticked, so one that was added meanwhile is let in, too. Another is for what
/// it was ticked for.
pub(super) fn is_ticked(world: &LiveWorld, key: &SshKeyView, changed: &BTreeSet<SshKeyId>) -> bool {
    let at_first = key.may_manage || world.ssh_keys.values().all(|key| !key.may_manage);
    at_first != changed.contains(&key.id)
}

/// The fingerprint, and beside it that a key opens nothing.
pub(crate) fn about(key: &SshKeyView) -> String {
    match key.standing {
        KeyStanding::Proved | KeyStanding::Sole => key.fingerprint.clone(),
        KeyStanding::Contested => format!("not proved, opens nothing · {}", key.fingerprint),
        KeyStanding::Foreign => format!("another account's, opens nothing · {}", key.fingerprint),
    }
}

#[component]
pub(super) fn WayIn(
    changed: Signal<BTreeSet<SshKeyId>>,
    /// Whether all are let in, also those that are added later.
    all_keys: Signal<bool>,
    /// Whether no key is to open it.
    terminal_only: Signal<bool>,
    error: Option<String>,
    on_add: EventHandler<()>,
) -> Element {
    let mut terminal_only = terminal_only;
    let keyless = use_world(|world: &LiveWorld| world.ssh_keys.is_empty())().unwrap_or_default();
    let with_key = if keyless { "Add it above. You have none yet." } else { "The ticked keys may log in." };
    rsx! {
        fieldset { class: "flex min-w-0 flex-col gap-2",
            legend { class: "pb-1.5 text-sm font-medium", "How you get in" }
            for (terminal, title, hint) in [
                (false, "With an SSH key", with_key),
                (true, "Terminal only", "Without a key nobody can log in with ssh. Its page has a terminal and its files."),
            ] {
                Choice {
                    key: "{terminal}",
                    name: "way_in",
                    value: if terminal { "terminal" } else { "key" },
                    title,
                    hint,
                    chosen: terminal_only() == terminal,
                    onchoose: move |()| terminal_only.set(terminal),
                }
            }
            if !keyless && !terminal_only() {
                Keys { changed, all_keys, on_add }
            }
            if let Some(error) = error {
                p { class: "text-sm text-bad", role: "alert", "{error}" }
            }
        }
    }
}

#[component]
fn Keys(changed: Signal<BTreeSet<SshKeyId>>, all_keys: Signal<bool>, on_add: EventHandler<()>) -> Element {
    let mut all_keys = all_keys;
    let keys = use_world(move |world: &LiveWorld| {
        let with = |key: &SshKeyView| (key.clone(), is_ticked(world, key, &changed.read()));
        world.ssh_keys.values().map(with).collect::<Vec<_>>()
    });
    rsx! {
        Switch {
            name: "all-ssh-keys",
            label: "All my keys, also later ones",
            hint: "Whatever key your account has or gets may log in.",
            on: all_keys(),
            onchange: move |on| all_keys.set(on),
        }
        div { role: "group", "aria-label": "SSH keys that may log in",
            for (key, ticked) in keys().unwrap_or_default() {
                Check {
                    key: "{key.id}",
                    name: "ssh_keys",
                    label: "{key.name}",
                    hint: about(&key),
                    disabled: all_keys(),
                    checked: ticked || all_keys(),
                    onchange: move |now| {
                        let mut changed = changed.write();
                        if now != ticked && !changed.remove(&key.id) {
                            changed.insert(key.id);
                        }
                    },
                }
            }
            div { class: "pt-1",
                Button { id: OPENER, kind: ButtonKind::Quiet, icon: Glyph::Plus, onclick: move |_| on_add.call(()), "Add another key" }
            }
        }
    }
}
