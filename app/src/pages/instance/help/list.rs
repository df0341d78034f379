//! Tries the way in when it is opened, and again when somebody asks.

use dioxus::prelude::*;
use model::live::LiveWorld;
use model::view::InstanceView;
use server_fns::instances;

use super::checks::{Check, Verdict, checks};
use crate::parts::{Button, Glyph, Icon, Notice, NoticeKind, Words};
use crate::state::use_world;

#[component]
pub(super) fn Checks(view: InstanceView) -> Element {
    let id = view.id;
    let mut tried = use_resource(move || instances::reach(id));
    let keys = use_world(|world: &LiveWorld| {
        world.ssh_keys.values().map(|key| (key.name.clone(), key.standing)).collect::<Vec<_>>()
    });
    let trying = *tried.state().read() == UseResourceState::Pending;
    let error = match &*tried.read() {
        Some(Err(error)) => Some(error.refusal.message.clone()),
        Some(Ok(_)) | None => None,
    };
    let reach = match &*tried.read() {
        Some(Ok(reach)) => Some(reach.clone()),
        Some(Err(_)) | None => None,
    };
    let all = checks(&view, &keys().unwrap_or_default(), reach.as_ref());
    rsx! {
        div { class: "flex flex-col items-start gap-4",
            if let Some(error) = error {
                Notice { kind: NoticeKind::Bad, "{error}" }
            }
            ol { class: "flex flex-col gap-3", aria_label: "Checks", aria_live: "polite",
                for check in all {
                    Line { key: "{check.title}", check, node: "{view.node.name}" }
                }
            }
            Button { busy: trying, onclick: move |_| tried.restart(), "Try again" }
        }
    }
}

#[component]
fn Line(check: Check, node: String) -> Element {
    let Check { title, verdict, text } = check;
    let (tone, glyph, word) = match verdict {
        Verdict::Good => ("text-good", Some(Glyph::Check), "good"),
        Verdict::Bad => ("text-bad", Some(Glyph::Warning), "not good"),
        Verdict::Open => ("text-text-muted", None, "not known"),
    };
    rsx! {
        li { class: "flex items-start gap-3",
            span { class: "mt-0.5 inline-flex size-4 shrink-0 items-center justify-center {tone}",
                match glyph {
                    Some(glyph) => rsx! {
                        Icon { glyph }
                    },
                    None => rsx! {
                        span { class: "size-2 rounded-full border-[1.5px] border-idle", aria_hidden: "true" }
                    },
                }
            }
            div { class: "min-w-0",
                p { class: "font-medium",
                    "{title}"
                    span { class: "sr-only", ": {word}" }
                }
                p { class: "max-w-prose text-sm text-text-muted wrap-anywhere", Words { text, name: node } }
            }
        }
    }
}
