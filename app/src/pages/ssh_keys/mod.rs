//! The public keys whose holders may log in.

mod add;
mod gateway;
mod manage;
mod prove;
mod row;
mod words;

use dioxus::prelude::*;
use model::live::LiveWorld;
use model::view::SshKeyView;

use crate::parts::{Button, ButtonKind, Card, Glyph, PageHeader};
use crate::script;
use crate::state::use_world;

pub(super) use add::AddKey;
use gateway::Gateway;
use row::KeyRow;

/// The button that opens the form, and has the focus again when that is left.
const OPENER: &str = "add-key";

#[component]
pub(crate) fn SshKeys() -> Element {
    let mut adding = use_signal(|| false);
    let keys = use_world(|world: &LiveWorld| {
        let mut keys: Vec<SshKeyView> = world.ssh_keys.values().cloned().collect();
        keys.sort_by(|a, b| a.name.cmp(&b.name).then(a.id.cmp(&b.id)));
        keys
    });
    let Some(keys) = keys() else { return rsx! {} };
    let first = keys.is_empty();
    let open = first || adding();
    rsx! {
        PageHeader {
            title: "SSH keys",
            text: "The holder of one of these keys can log in to the instances that have it. A key opens one account only.",
            actions: rsx! {
                if !open {
                    Button { id: OPENER, kind: ButtonKind::Primary, icon: Glyph::Plus, onclick: move |_| adding.set(true), "Add SSH key" }
                }
            },
        }
        div { class: "flex flex-col gap-5",
            if open {
                Card { title: if first { "Add your first SSH key" } else { "Add an SSH key" },
                    AddKey {
                        closable: !first,
                        on_close: move |()| {
                            adding.set(false);
                            script::focus(OPENER);
                        },
                    }
                }
            }
            if !first {
                ul { class: "divide-y divide-line rounded-lg border border-line bg-surface-raised @min-[46rem]:grid @min-[46rem]:gap-x-4 \
                        @min-[46rem]:grid-cols-[minmax(8rem,1fr)_auto_auto_minmax(0,auto)_auto_auto]",
                    aria_label: "SSH keys",
                    for key in keys {
                        KeyRow { key: "{key.id}", view: key }
                    }
                }
            }
            Gateway {}
        }
    }
}
