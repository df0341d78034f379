//! What a person sees before the first instance, and what keeps them from one.

use dioxus::prelude::*;
use model::live::LiveWorld;
use model::node::Liveness;

use crate::parts::{ButtonKind, ButtonLink, Empty, Glyph, Icon, Notice, NoticeKind};
use crate::route::Route;
use crate::state::use_world;

#[component]
pub(super) fn FirstSteps() -> Element {
    let has_key = use_world(|world: &LiveWorld| !world.ssh_keys.is_empty());
    let has_key = has_key() == Some(true);
    // One step is the next one, and only that has the button of the page.
    let kind = |next: bool| if next { ButtonKind::Primary } else { ButtonKind::Plain };
    rsx! {
        Empty {
            title: "No instances yet",
            text: "An instance is a Linux system of your own that you reach with ssh.",
            ol { class: "mt-2 flex flex-col gap-4 text-left",
                Step { number: 1, done: has_key, words: "Add an SSH key, so that you can log in.",
                    if !has_key {
                        ButtonLink { kind: kind(true), icon: Glyph::Key, to: Route::SshKeys {}, "Add an SSH key" }
                    }
                }
                Step { number: 2, done: false, words: "Create an instance; you choose its name and its system.",
                    ButtonLink { kind: kind(has_key), icon: Glyph::Plus, to: Route::CreateInstance {}, "Create instance" }
                }
                Step { number: 3, done: false, words: "Copy its ssh command into a terminal." }
            }
        }
    }
}

#[component]
fn Step(number: u32, done: bool, words: &'static str, children: Element) -> Element {
    let look = if done { "border-good text-good" } else { "border-line text-text-muted" };
    rsx! {
        li { class: "flex items-start gap-3",
            span { class: "flex size-6 shrink-0 items-center justify-center rounded-full border text-xs font-medium {look}",
                if done {
                    Icon { glyph: Glyph::Check }
                    span { class: "sr-only", "Done:" }
                } else {
                    "{number}"
                }
            }
            div { class: "flex min-w-0 flex-col items-start gap-2",
                p { "{words}" }
                {children}
            }
        }
    }
}

/// What stands in the way of an instance that one can log in to. The `first` steps say by themselves that a key is needed.
#[component]
pub(super) fn Hints(first: bool) -> Element {
    let lacks = use_world(|world: &LiveWorld| {
        let online = world.nodes.values().any(|node| matches!(node.liveness, Liveness::Online | Liveness::Late));
        (world.ssh_keys.is_empty(), !online, world.nodes.is_empty())
    });
    let (no_key, none_online, no_node) = lacks().unwrap_or_default();
    let no_key = no_key && !first;
    rsx! {
        if no_key || none_online {
            div { class: "flex flex-col gap-2 pb-4",
                if no_key {
                    Notice {
                        kind: NoticeKind::Warn,
                        action: rsx! {
                            ButtonLink { to: Route::SshKeys {}, icon: Glyph::Key, "Add an SSH key" }
                        },
                        "You have no SSH key yet. Without one you cannot log in to an instance."
                    }
                }
                if none_online {
                    Notice {
                        kind: NoticeKind::Warn,
                        action: rsx! {
                            ButtonLink { to: Route::Nodes {}, icon: Glyph::Nodes, if no_node { "Add a node" } else { "See the nodes" } }
                        },
                        if no_node {
                            "There is no node yet. An instance runs on a node: any computer with Docker that you register."
                        } else {
                            "No node is online. New instances wait until one is back; instances on a node keep running without this server."
                        }
                    }
                }
            }
        }
    }
}
