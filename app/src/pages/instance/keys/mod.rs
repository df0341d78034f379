//! Which SSH keys it lets in, changed at once.

mod chosen;

use dioxus::prelude::*;
use model::live::LiveWorld;
use model::name::Label;
use model::view::InstanceView;

use crate::pages::create_instance::about;
use crate::parts::{Card, Check, Notice, NoticeKind, Switch};
use crate::route::Route;
use crate::state::use_world;

use chosen::{LetsIn, use_chosen};

#[component]
pub(super) fn SshKeys(view: InstanceView) -> Element {
    let (chosen, shown) = use_chosen(&view);
    let (keys, own) = use_keys(&view);
    let (all, busy, owner) = (shown.all, chosen.busy(), view.owner.clone());
    // What is added later is let in where there is room.
    let is_out = |name: &&str| view.all_ssh_keys && !view.ssh_keys.iter().any(|one| one.as_str() == *name);
    let out = keys.iter().map(|(name, _)| name.as_str()).filter(is_out).collect::<Vec<_>>().join(", ");
    let none = !all && shown.names.is_empty();
    let choose = use_callback({
        let view = view.clone();
        move |wish: LetsIn| chosen.choose(&view, wish)
    });
    rsx! {
        Card { title: "SSH keys",
            div { class: "flex flex-col gap-3",
                if let Some(why) = chosen.refusal() {
                    Notice { kind: NoticeKind::Bad, "{why}" }
                }
                p { class: "max-w-prose text-sm text-text-muted",
                    "Who holds a ticked key logs in as root. A change counts within seconds, also while the instance is stopped. \
                    Unticking a key ends its sessions through the gateway. Keys in ~/.ssh/authorized_keys of its accounts count \
                    beside these, and stay as they are."
                }
                Switch {
                    name: "all-ssh-keys",
                    label: if own { "All my keys, also later ones".to_owned() } else { format!("All keys of {owner}, also later ones") },
                    hint: "Whatever key the account has or gets is let in, also one that may not manage.",
                    on: all,
                    busy,
                    onchange: {
                        let shown = shown.clone();
                        move |all| choose.call(LetsIn { all, ..shown.clone() })
                    },
                }
                if keys.is_empty() {
                    NoKeys { owner: (!own).then(|| owner.to_string()) }
                } else {
                    div { role: "group", "aria-label": "SSH keys that it lets in",
                        for (name, hint) in keys {
                            Check {
                                key: "{name}",
                                name: "let-in",
                                label: "{name}",
                                hint,
                                checked: shown.names.contains(name.as_str()),
                                disabled: all || busy,
                                onchange: {
                                    let shown = shown.clone();
                                    move |ticked| choose.call(shown.clone().with(&name, ticked))
                                },
                            }
                        }
                    }
                }
                if !out.is_empty() {
                    Warning { text: "No room for these beside the others, so they are not let in: {out}." }
                }
                if none {
                    Warning { text: "No key is ticked, so nobody gets in through the gateway. The terminal and the files of this page open it." }
                }
            }
        }
    }
}

/// The keys that can be ticked, by name, and whether they are the viewer's. Of somebody else's those alone are known that
/// are let in.
fn use_keys(view: &InstanceView) -> (Vec<(Label, Option<String>)>, bool) {
    let me = use_world(|world: &LiveWorld| world.me.username.clone());
    let mine = use_world(move |world: &LiveWorld| {
        world.ssh_keys.values().map(|key| (key.name.clone(), Some(about(key)))).collect::<Vec<_>>()
    });
    let own = me().is_none_or(|me| view.is_of(&me));
    let ticked = || view.ssh_keys.iter().map(|name| (name.clone(), None)).collect();
    let mut keys = if own { mine().unwrap_or_default() } else { ticked() };
    keys.sort_by(|(one, _), (other, _)| one.as_str().cmp(other.as_str()));
    (keys, own)
}

#[component]
fn NoKeys(owner: Option<String>) -> Element {
    rsx! {
        p { class: "text-sm text-text-muted",
            if let Some(owner) = owner {
                "It lets in no key. Only {owner} knows which there are; the switch lets in all of them."
            } else {
                "You have no SSH key. "
                Link { class: "text-accent-text underline-offset-2 hover:underline", to: Route::SshKeys {}, "Add one under SSH keys" }
                ", and it can be ticked here."
            }
        }
    }
}

#[component]
fn Warning(text: String) -> Element {
    rsx! {
        p { class: "text-sm text-warn", role: "status", "{text}" }
    }
}
