//! A node's key, shown once: the line to run, and how far the node has come since.

use dioxus::prelude::*;
use model::id::NodeId;
use model::live::LiveWorld;

use super::steps::{Standing, Step, steps};
use super::{FreshKey, use_origin};
use crate::parts::{Button, Card, CopyText, Glyph, Icon, Notice, NoticeKind};
use crate::state::use_world;

#[component]
pub(in crate::pages) fn KeyPanel(fresh: FreshKey, on_close: EventHandler<()>) -> Element {
    let origin = use_origin();
    let id = fresh.node;
    let name = use_world(move |world: &LiveWorld| world.nodes.get(&id).map(|node| node.name.to_string()));
    let title = name().flatten().map_or_else(|| "Key of the node".to_owned(), |name| format!("Key of {name}"));
    rsx! {
        Card {
            title,
            actions: rsx! {
                Button { onclick: move |_| on_close.call(()), "I have copied it" }
            },
            div {
                class: "flex flex-col items-start gap-4 outline-none",
                tabindex: "-1",
                onmounted: move |event| async move { drop(event.set_focus(true).await) },
                Notice { kind: NoticeKind::Warn,
                    "Copy the line now: its key is shown only this once. If it gets lost, rotate the key for a new one."
                }
                if let Some(origin) = origin() {
                    p { "Run this on the machine. It needs Docker, and it needs no open port: it dials out." }
                    CopyText { text: command(&origin, &fresh.secret, fresh.fingerprint.as_deref()), title: "Copy the command", wrap: true }
                }
                Progress { id }
                p { class: "text-sm text-text-muted",
                    "An instance that is stopped is a stopped container, with its files in it. Do not let "
                    code { class: "font-mono", "docker container prune" }
                    " or "
                    code { class: "font-mono", "docker system prune" }
                    " remove it on that machine: they spare instances with "
                    code { class: "font-mono", "--filter label!=dockhost.cluster" }
                    "."
                }
            }
        }
    }
}

/// Where an authority vouches for the server, its address suffices.
fn command(origin: &str, key: &str, fingerprint: Option<&str>) -> String {
    let pin = fingerprint.map(|print| format!(" --server-fingerprint {print}")).unwrap_or_default();
    let insecure = if is_open(origin) { " --insecure-server" } else { "" };
    format!("DOCKHOST_API_KEY={key} dockhost-node --server {origin}{pin}{insecure}")
}

/// Plain HTTP to another machine, which a node does only if it is told to.
fn is_open(origin: &str) -> bool {
    let Some(place) = origin.strip_prefix("http://") else { return false };
    !["localhost", "127.", "[::1]"].iter().any(|near| place.starts_with(near))
}

#[component]
fn Progress(id: NodeId) -> Element {
    let steps = use_world(move |world: &LiveWorld| world.nodes.get(&id).map(steps));
    rsx! {
        ol { class: "flex flex-col gap-3", aria_live: "polite",
            if let Some(steps) = steps().flatten() {
                for step in steps {
                    Line { key: "{step.title}", step }
                }
            }
        }
    }
}

#[component]
fn Line(step: Step) -> Element {
    let (tone, glyph, word) = match step.standing {
        Standing::Waiting => ("text-text-muted", None, "not yet"),
        Standing::Done => ("text-good", Some(Glyph::Check), "done"),
        Standing::Stuck => ("text-warn", Some(Glyph::Warning), "needs you"),
    };
    rsx! {
        li { class: "flex items-start gap-3",
            span { class: "mt-0.5 inline-flex size-4 items-center justify-center {tone}",
                match glyph {
                    Some(glyph) => rsx! {
                        Icon { glyph }
                    },
                    None => rsx! {
                        span { class: "size-2 rounded-full border-[1.5px] border-idle", aria_hidden: "true" }
                    },
                }
            }
            div {
                p { class: "font-medium {tone}",
                    "{step.title}"
                    span { class: "sr-only", ": {word}" }
                }
                if !step.detail.is_empty() {
                    p { class: "text-sm text-text-muted", "{step.detail}" }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_has_all_that_the_node_needs() {
        let line = |origin, print| command(origin, "dhn_x", print);
        let own = "DOCKHOST_API_KEY=dhn_x dockhost-node --server";
        assert_eq!(line("https://a.example", None), format!("{own} https://a.example"));
        assert_eq!(
            line("https://192.0.2.7:8080", Some("sha256:ab")),
            format!("{own} https://192.0.2.7:8080 --server-fingerprint sha256:ab")
        );
        assert_eq!(line("http://192.0.2.7:8080", None), format!("{own} http://192.0.2.7:8080 --insecure-server"));
        assert_eq!(line("http://127.0.0.1:8080", None), format!("{own} http://127.0.0.1:8080"));
    }
}
