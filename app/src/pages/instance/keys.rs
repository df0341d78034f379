//! Which SSH keys it lets in, changed at once.

use std::collections::BTreeSet;

use dioxus::prelude::*;
use model::live::LiveWorld;
use model::name::Label;
use model::request::LetIn;
use model::view::InstanceView;
use server_fns::{Json, instances};

use crate::action::use_ask;
use crate::pages::create_instance::about;
use crate::parts::{Card, Check, Notice, NoticeKind, Switch};
use crate::route::Route;
use crate::state::use_world;

#[derive(Debug, Clone, PartialEq)]
struct LetsIn {
    names: BTreeSet<String>,
    all: bool,
}

impl LetsIn {
    fn of(view: &InstanceView) -> Self {
        Self { names: view.ssh_keys.iter().map(ToString::to_string).collect(), all: view.all_ssh_keys }
    }

    fn with(mut self, name: &Label, ticked: bool) -> Self {
        if ticked {
            self.names.insert(name.to_string());
        } else {
            self.names.remove(name.as_str());
        }
        self
    }

    fn request(&self) -> LetIn {
        let ssh_keys = if self.all { Vec::new() } else { self.names.iter().cloned().collect() };
        LetIn { ssh_keys, all_ssh_keys: self.all }
    }
}

#[component]
pub(super) fn SshKeys(view: InstanceView) -> Element {
    let (ask, known, id) = (use_ask(), LetsIn::of(&view), view.id);
    // What was asked for is shown until the live world shows something else than before.
    let mut asked = use_signal(|| None::<(LetsIn, LetsIn)>);
    use_effect(use_reactive!(|known| {
        let changed = asked.peek().as_ref().is_some_and(|(_, before)| *before != known);
        if !ask.busy() && changed {
            asked.set(None);
        }
    }));
    let shown = asked().map_or_else(|| known.clone(), |(wish, _)| wish);
    let choose = use_callback(move |wish: LetsIn| {
        if ask.busy() || wish == known {
            return;
        }
        let request = wish.request();
        asked.set(Some((wish, known.clone())));
        let call = async move {
            let answer = instances::let_in(id, Json(request)).await;
            if answer.is_err() {
                asked.set(None);
            }
            answer
        };
        ask.start(call, |_| {});
    });
    let owner = view.owner.clone();
    let me = use_world(|world: &LiveWorld| world.me.username.clone());
    let own = me().is_none_or(|me| view.is_of(&me));
    // Of somebody else only those are known that it lets in.
    let ticked: Vec<Label> = view.ssh_keys.clone();
    let mine = use_world(move |world: &LiveWorld| {
        world.ssh_keys.values().map(|key| (key.name.clone(), Some(about(key)))).collect::<Vec<_>>()
    });
    let mut keys =
        if own { mine().unwrap_or_default() } else { ticked.into_iter().map(|name| (name, None)).collect::<Vec<_>>() };
    keys.sort_by(|(one, _), (other, _)| one.as_str().cmp(other.as_str()));
    // What is added later is let in where it fits.
    let names = keys.iter().map(|(name, _)| name.as_str());
    let out: Vec<&str> =
        names.filter(|name| view.all_ssh_keys && !view.ssh_keys.iter().any(|one| one.as_str() == *name)).collect();
    let out = out.join(", ");
    let (all, busy) = (shown.all, ask.busy());
    let title =
        if own { "All my keys, also later ones".to_owned() } else { format!("All keys of {owner}, also later ones") };
    let turned = shown.clone();
    rsx! {
        Card { title: "SSH keys",
            div { class: "flex flex-col gap-3",
                if let Some(why) = ask.rest(&[]) {
                    Notice { kind: NoticeKind::Bad, "{why}" }
                }
                p { class: "max-w-prose text-sm text-text-muted",
                    "Who holds a ticked key logs in as root. A change counts within seconds, also while the instance is stopped. \
                    Unticking a key ends its sessions through the gateway. Keys in ~/.ssh/authorized_keys of its accounts count beside these, and stay \
                    as they are."
                }
                Switch {
                    name: "all-ssh-keys",
                    label: title,
                    hint: "Whatever key the account has or gets is let in, also one that may not manage.",
                    on: all,
                    busy,
                    onchange: move |all| choose.call(LetsIn { all, ..turned.clone() }),
                }
                if keys.is_empty() {
                    p { class: "text-sm text-text-muted",
                        if own {
                            "You have no SSH key. "
                            Link { class: "text-accent-text underline-offset-2 hover:underline", to: Route::SshKeys {}, "Add one under SSH keys" }
                            ", and it can be ticked here."
                        } else {
                            "It lets in no key. Only {owner} knows which there are; the switch lets in all of them."
                        }
                    }
                } else {
                    div { role: "group", "aria-label": "SSH keys that it lets in",
                        for (name, hint) in keys {
                            Tick {
                                key: "{name}",
                                name: name.clone(),
                                hint,
                                ticked: shown.names.contains(name.as_str()),
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
                    p { class: "text-sm text-warn", role: "status", "No room for these beside the others, so they are not let in: {out}." }
                }
                if !shown.all && shown.names.is_empty() {
                    p { class: "text-sm text-warn", role: "status",
                        "No key is ticked, so nobody gets in through the gateway. The terminal and the files of this page open it."
                    }
                }
            }
        }
    }
}

#[component]
fn Tick(name: Label, hint: Option<String>, ticked: bool, disabled: bool, onchange: EventHandler<bool>) -> Element {
    rsx! {
        Check { name: "let-in", label: "{name}", hint, checked: ticked, disabled, onchange }
    }
}
