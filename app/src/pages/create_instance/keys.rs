//! Who may log in.

use std::collections::BTreeSet;

use dioxus::prelude::*;
use model::id::SshKeyId;
use model::live::LiveWorld;
use model::view::{KeyStanding, SshKeyView};

use super::first_key::OPENER;
use crate::parts::{Button, ButtonKind, Check, Choice, Glyph};
use crate::state::use_world;

/// A key that may manage is ticked until it is unticked, so one that was added meanwhile is let in, too. Another is for what
/// it was ticked for.
pub(super) fn is_ticked(world: &LiveWorld, key: &SshKeyView, changed: &BTreeSet<SshKeyId>) -> bool {
    let at_first = key.may_manage || world.ssh_keys.values().all(|key| !key.may_manage);
    at_first != changed.contains(&key.id)
}

/// Beside the fingerprint, for a key that opens nothing.
fn hint(key: &SshKeyView) -> String {
    match key.standing {
        KeyStanding::Proved | KeyStanding::Sole => key.fingerprint.clone(),
        KeyStanding::Contested => format!("not proved, opens nothing · {}", key.fingerprint),
        KeyStanding::Foreign => format!("another account's, opens nothing · {}", key.fingerprint),
    }
}

#[component]
pub(super) fn WayIn(
    changed: Signal<BTreeSet<SshKeyId>>,
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
                Keys { changed, on_add }
            }
            if let Some(error) = error {
                p { class: "text-sm text-bad", role: "alert", "{error}" }
            }
        }
    }
}

#[component]
fn Keys(changed: Signal<BTreeSet<SshKeyId>>, on_add: EventHandler<()>) -> Element {
    let keys = use_world(move |world: &LiveWorld| {
        let with = |key: &SshKeyView| (key.clone(), is_ticked(world, key, &changed.read()));
        world.ssh_keys.values().map(with).collect::<Vec<_>>()
    });
    rsx! {
        div { role: "group", "aria-label": "SSH keys that may log in",
            for (key, ticked) in keys().unwrap_or_default() {
                Check {
                    key: "{key.id}",
                    name: "ssh_keys",
                    label: "{key.name}",
                    hint: hint(&key),
                    checked: ticked,
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
