//! How a terminal on the person's own machine gets to every instance.

use dioxus::prelude::*;
use model::live::LiveWorld;
use model::refusal::RefusalCode;
use model::view::GatewayView;
use server_fns::gateway;

use super::words::config;
use crate::parts::{Button, Card, CopyBlock, CopyText, Notice, NoticeKind, Skeleton};
use crate::state::use_world;

/// Nothing where there is no gateway.
#[component]
pub(super) fn Gateway() -> Element {
    let mut told = use_resource(gateway::get);
    rsx! {
        match &*told.read() {
            None => rsx! { Skeleton {} },
            Some(Ok(view)) => rsx! { Connect { view: view.clone() } },
            Some(Err(error)) if error.refusal.code == RefusalCode::Unavailable => rsx! {},
            Some(Err(error)) => rsx! {
                Notice {
                    kind: NoticeKind::Bad,
                    action: rsx! {
                        Button { onclick: move |_| told.restart(), "Try again" }
                    },
                    "{error.refusal.message}"
                }
            },
        }
    }
}

#[component]
fn Connect(view: GatewayView) -> Element {
    let me = use_world(|world: &LiveWorld| world.me.username.to_string());
    let me = me().unwrap_or_default();
    rsx! {
        Card { title: "Connect from a terminal",
            div { class: "flex flex-col gap-5",
                Step { title: "The gateway's fingerprint",
                    CopyText { text: view.fingerprint.clone(), title: "Copy the fingerprint", wrap: true }
                    p { class: "text-sm text-text-muted", "When ssh asks about it at the first login, it must show this one." }
                    for key in view.further_host_keys.clone() {
                        p { class: "text-sm text-text-muted",
                            "An older client, or one under FIPS rules, shows "
                            code { class: "font-mono break-all", "{key.fingerprint}" }
                            "."
                        }
                    }
                }
                Step { title: "One line for ~/.ssh/known_hosts",
                    CopyBlock { text: view.known_hosts.clone(), title: "Copy the line for known_hosts" }
                    p { class: "text-sm text-text-muted", "With it ssh never asks, neither about the gateway nor about any instance." }
                }
                Step { title: "A block for ~/.ssh/config",
                    CopyBlock { text: config(&view.address, &me), title: "Copy the block for config" }
                    dl { class: "grid gap-x-4 gap-y-1 text-sm text-text-muted sm:grid-cols-[auto_minmax(0,1fr)]",
                        Command { name: "ssh web-1.{me}.dockhost", "goes to the instance, encrypted from end to end: the gateway carries it and cannot read it." }
                        Command { name: "ssh web-1@dockhost", "ends at the gateway, which goes on to the instance: it needs no name that ends in .dockhost." }
                        Command { name: "ssh dockhost", "opens the lobby. Its commands, such as ls, new, start, stop, rm, ports and explain, do the same as the pages; help lists them." }
                    }
                }
            }
        }
    }
}

#[component]
fn Step(title: &'static str, children: Element) -> Element {
    rsx! {
        section { class: "flex min-w-0 flex-col items-start gap-2",
            h3 { class: "text-sm font-medium", "{title}" }
            {children}
        }
    }
}

#[component]
fn Command(name: String, children: Element) -> Element {
    rsx! {
        dt { class: "mt-1 sm:mt-0", code { class: "font-mono whitespace-nowrap text-text", "{name}" } }
        dd { {children} }
    }
}
