//! Who may log in.

use std::collections::BTreeSet;

use dioxus::prelude::*;
use model::id::SshKeyId;
use model::live::LiveWorld;
use model::view::{KeyStanding, SshKeyView};

use crate::parts::{ButtonLink, Check, Glyph, Notice, NoticeKind};
use crate::route::Route;
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
pub(super) fn Keys(changed: Signal<BTreeSet<SshKeyId>>, error: Option<String>) -> Element {
    let keys = use_world(move |world: &LiveWorld| {
        let with = |key: &SshKeyView| (key.clone(), is_ticked(world, key, &changed.read()));
        world.ssh_keys.values().map(with).collect::<Vec<_>>()
    });
    let keys = keys().unwrap_or_default();
    rsx! {
        fieldset { class: "flex min-w-0 flex-col",
            legend { class: "pb-1.5 text-sm font-medium", "SSH keys that may log in" }
            if keys.is_empty() {
                Notice {
                    kind: NoticeKind::Warn,
                    action: rsx! {
                        ButtonLink { to: Route::SshKeys {}, icon: Glyph::Key, "Add an SSH key" }
                    },
                    "You have no SSH key yet, and an instance opens to nothing else."
                }
            }
            for (key, ticked) in keys {
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
            if let Some(error) = error {
                p { class: "text-sm text-bad", role: "alert", "{error}" }
            }
        }
    }
}
