//! How a machine becomes the node: the line to paste, shown once, and how far it has come since.

use dioxus::prelude::*;
use model::id::NodeId;
use model::node::Liveness;
use model::view::NodeView;
use server_fns::{ApiError, nodes};

use super::line::{by_hand, installing, is_open};
use super::steps::{Step, StepState, steps};
use super::{FreshLine, use_origin};
use crate::action::use_ask;
use crate::parts::{Button, CopyText, Glyph, Icon, More, Notice, NoticeKind, Switch, Time};

/// Stands on the node's card until it was ready once, and whenever there is a line to be copied.
#[component]
pub(in crate::pages) fn Connect(
    node: NodeView,
    fresh: Option<FreshLine>,
    on_line: EventHandler<FreshLine>,
    /// The line was copied.
    on_close: EventHandler<()>,
) -> Element {
    let label = format!("How to connect {}", node.name);
    rsx! {
        section { class: "flex flex-col items-start gap-4", aria_label: "{label}",
            match fresh {
                Some(fresh) => rsx! {
                    // One that was asked for anew takes the focus anew.
                    Line { key: "{fresh.code.secret}", fresh, on_close }
                },
                None => rsx! {
                    Ask { node: node.clone(), on_line }
                },
            }
            Progress { node }
        }
    }
}

#[component]
fn Line(fresh: FreshLine, on_close: EventHandler<()>) -> Element {
    let origin = use_origin();
    let mut systemd = use_signal(|| false);
    let name = format!("systemd-{}", fresh.node);
    rsx! {
        div {
            class: "flex min-w-0 max-w-full flex-col items-start gap-4 outline-none",
            tabindex: "-1",
            onmounted: move |event| async move { drop(event.set_focus(true).await) },
            Notice { kind: NoticeKind::Warn,
                "Copy the line now: its code is shown only this once. It makes one computer the node, and it expires "
                Time { at: fresh.code.expires_at }
                "."
            }
            if let Some(origin) = origin() {
                p { "Paste this on the computer. It needs Linux, Docker and root, and it needs no open port: it dials out." }
                if is_open(&origin) {
                    Notice { kind: NoticeKind::Warn,
                        "This server is reached over plain HTTP: anybody on the network path can change the program that \
                         the line fetches and runs as root."
                    }
                }
                CopyText { text: installing(&origin, &fresh.code, systemd()), title: "Copy the line", wrap: true }
                Switch {
                    name,
                    label: "Run it as a systemd service",
                    hint: "The node then starts with its computer. Without it, it runs in that shell until Ctrl-C.",
                    on: systemd(),
                    onchange: move |on| systemd.set(on),
                }
                if let Some(key) = &fresh.key {
                    More { what: "the command for a computer that has dockhost-node", refused: false,
                        p { class: "text-sm text-text-muted",
                            "This command has the API key itself in it, and so will the history of that shell. Once the line \
                             above is used, this key opens nothing any more."
                        }
                        CopyText { text: by_hand(&origin, key, fresh.fingerprint.as_deref()), title: "Copy the command", wrap: true }
                    }
                }
            }
            p { class: "text-sm text-text-muted",
                "An instance that is stopped is a stopped container, with its files in it. Do not let "
                code { class: "font-mono", "docker container prune" }
                " or "
                code { class: "font-mono", "docker system prune" }
                " remove it on that computer: they spare instances with "
                code { class: "font-mono", "--filter label!=dockhost.cluster" }
                "."
            }
            Button { onclick: move |_| on_close.call(()), "Hide the line" }
        }
    }
}

/// The line of before cannot be shown again, so there is another one.
#[component]
fn Ask(node: NodeView, on_line: EventHandler<FreshLine>) -> Element {
    let ask = use_ask();
    let id = node.id;
    rsx! {
        if let Some(why) = ask.rest(&[]) {
            Notice { kind: NoticeKind::Bad, "{why}" }
        }
        if let Some(used) = node.enrolment.as_ref().and_then(|enrolment| enrolment.used.as_ref()) {
            p { class: "text-sm text-text-muted",
                "The computer at {used.address} used its line "
                Time { at: used.at }
                ". If that was not yours, rotate the key."
            }
        }
        if matches!(node.liveness, Liveness::Never | Liveness::Offline) {
            Button {
                icon: Glyph::Key,
                busy: ask.busy(),
                onclick: move |_| ask.start_with_proof(move || another(id), move |line| on_line.call(line)),
                "Show how to connect"
            }
        }
    }
}

async fn another(node: NodeId) -> Result<FreshLine, ApiError> {
    let code = nodes::enrolment_code(node).await?;
    Ok(FreshLine { node, code, key: None, fingerprint: None })
}

#[component]
fn Progress(node: NodeView) -> Element {
    rsx! {
        ol { class: "flex flex-col gap-3", aria_live: "polite",
            for step in steps(&node) {
                Item { key: "{step.title}", step }
            }
        }
    }
}

#[component]
fn Item(step: Step) -> Element {
    let (tone, glyph, word) = match step.standing {
        StepState::Waiting => ("text-text-muted", None, "not yet"),
        StepState::Done => ("text-good", Some(Glyph::Check), "done"),
        StepState::Stuck => ("text-warn", Some(Glyph::Warning), "needs you"),
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
