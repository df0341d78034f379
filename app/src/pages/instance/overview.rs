//! What an instance is made of.

use dioxus::prelude::*;
use model::instance::Limits;
use model::live::LiveWorld;
use model::observed::Init;
use model::view::InstanceView;

use crate::format;
use crate::parts::{Card, Time};
use crate::state::use_world;

#[component]
pub(super) fn Overview(view: InstanceView) -> Element {
    let me = use_world(|world: &LiveWorld| world.me.username.clone());
    let foreign = me().is_some_and(|me| !view.is_of(&me));
    let keys: Vec<_> = view.ssh_keys.iter().map(ToString::to_string).collect();
    rsx! {
        Card { title: "Overview",
            dl { class: "grid grid-cols-[auto_minmax(0,1fr)] gap-x-6 gap-y-2 @2xl:grid-cols-[auto_minmax(0,1fr)_auto_minmax(0,1fr)]",
                if foreign {
                    Fact { name: "Owner", "{view.owner}" }
                }
                Fact { name: "Image", "{view.image.title()}" }
                Fact { name: "Node", code { class: "font-mono", "{view.node.name}" } }
                Fact { name: "Address",
                    if view.node.address.is_empty() {
                        span { class: "text-text-muted", "not known yet" }
                    } else {
                        code { class: "font-mono break-all", "{view.node.address}" }
                    }
                }
                Fact { name: "SSH keys",
                    if keys.is_empty() {
                        span { class: "text-warn", "none: nobody can log in" }
                    } else {
                        {keys.join(", ")}
                        if view.all_ssh_keys {
                            ", and later ones"
                        }
                    }
                }
                if let Some(init) = view.init {
                    Fact { name: "Init", {self::init(init)} }
                }
                Fact { name: "Limits", {limits(view.limits)} }
                Fact { name: "Created", Time { at: view.created_at } }
                if let Some(at) = view.observed_at {
                    Fact { name: "Last change", Time { at } }
                }
                Fact { name: "Id", code { class: "font-mono text-sm break-all", "{view.id}" } }
            }
        }
    }
}

#[component]
fn Fact(name: &'static str, children: Element) -> Element {
    rsx! {
        dt { class: "text-text-muted", "{name}" }
        dd { class: "min-w-0 wrap-anywhere", {children} }
    }
}

/// And what to do where it is not what people expect of a machine.
const fn init(init: Init) -> &'static str {
    match init {
        Init::Systemd => "systemd",
        Init::Small => "a small one: its node cannot give it systemd, and the page Nodes says why",
        Init::Sshd => {
            "none: it was made before instances had systemd. To have it, create another instance, copy your files there \
             (rsync), and delete this one"
        }
    }
}

fn limits(limits: Limits) -> String {
    let cpus = limits
        .cpu_millis
        .map(|millis| format!("{} processor{}", f64::from(millis) / 1_000.0, if millis == 1_000 { "" } else { "s" }));
    let memory = limits.memory_bytes.map(format::bytes);
    match (cpus, memory) {
        (None, None) => "no limit".to_owned(),
        (Some(one), None) | (None, Some(one)) => one,
        (Some(cpus), Some(memory)) => format!("{cpus}, {memory}"),
    }
}
