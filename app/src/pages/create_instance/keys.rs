//! Who may log in.

use std::collections::BTreeSet;

use dioxus::prelude::*;
use model::id::SshKeyId;
use model::live::LiveWorld;

use crate::parts::{ButtonLink, Check, Glyph, Notice, NoticeKind};
use crate::route::Route;
use crate::state::use_world;

/// Every key is ticked until it is unticked, so a key that was added meanwhile is let in, too.
#[component]
pub(super) fn Keys(unticked: Signal<BTreeSet<SshKeyId>>, error: Option<String>) -> Element {
    let keys = use_world(|world: &LiveWorld| world.ssh_keys.values().cloned().collect::<Vec<_>>());
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
            for key in keys {
                Check {
                    key: "{key.id}",
                    name: "ssh_keys",
                    label: "{key.name}",
                    hint: key.fingerprint.clone(),
                    checked: !unticked.read().contains(&key.id),
                    onchange: move |ticked| {
                        let mut unticked = unticked.write();
                        if ticked {
                            unticked.remove(&key.id);
                        } else {
                            unticked.insert(key.id);
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
