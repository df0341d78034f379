//! The ways in.

use dioxus::prelude::*;
use model::host_key::host_name;
use model::may::Action;
use model::phase::Phase;
use model::view::InstanceView;

use super::start_on_connect::StartOnConnect;
use crate::pages::instances::wakes;
use crate::parts::{Card, CopyText};

#[component]
pub(super) fn LogIn(view: InstanceView) -> Element {
    // What is being made has its commands already, and its page does not jump when they lead in.
    let soon = matches!(view.phase, Phase::Pending | Phase::Creating);
    let runs = soon || matches!(view.phase, Phase::Running | Phase::Unknown);
    let gateway = !view.gateway_command.is_empty();
    let through = gateway && (runs || wakes(&view));
    let direct = runs && !view.ssh_command.is_empty();
    if !(through || direct || gateway && view.phase == Phase::Stopped) {
        return rsx! {};
    }
    if view.ssh_keys.is_empty() {
        return rsx! {
            Card { title: "Log in",
                p { class: "text-text-muted", "It has no SSH key, so no ssh command opens it. Its terminal and its files on this page do, and below a key can be let in." }
            }
        };
    }
    let which = if through && runs { "one of these" } else { "it" };
    rsx! {
        Card { title: "Log in",
            div { class: "flex flex-col gap-4",
                if through {
                    Way { label: "Through the gateway",
                        CopyText { text: view.gateway_command.clone(), title: "Copy the ssh command", large: true, fill: true }
                    }
                }
                if through && runs {
                    Way { label: "Encrypted from end to end, once ~/.ssh/config has the block that the page SSH keys shows",
                        CopyText { text: "ssh {host_name(&view.name, &view.owner)}", title: "Copy the ssh command that jumps", fill: true }
                    }
                }
                if direct {
                    Way { label: "Directly at the node",
                        CopyText {
                            text: view.ssh_command.clone(),
                            title: if through { "Copy the direct ssh command" } else { "Copy the ssh command" },
                            large: !through,
                            fill: true,
                        }
                    }
                }
                if through || direct {
                    p { class: "text-sm text-text-muted",
                        if !view.may(Action::LogIn) {
                            "For {view.owner}, on a computer that holds one of the keys below: no key of yours opens it. You have the terminal and \
                            the files of this page."
                        } else if soon {
                            "It takes logins as soon as it runs."
                        } else if view.phase == Phase::Unknown {
                            if through {
                                "Its node is not connected now, so the gateway does not reach it. "
                            }
                            if direct {
                                "The direct way may work although its node is not connected now."
                            }
                        } else {
                            "Type {which} into a terminal on a computer that holds one of the keys below."
                        }
                    }
                }
                if gateway {
                    StartOnConnect { view }
                }
            }
        }
    }
}

#[component]
fn Way(label: &'static str, children: Element) -> Element {
    rsx! {
        div { class: "flex w-full max-w-2xl min-w-0 flex-col gap-1",
            span { class: "text-sm text-text-muted", "{label}" }
            {children}
        }
    }
}
