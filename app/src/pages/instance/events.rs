//! What happened to an instance, newest first.

use dioxus::prelude::*;
use model::view::InstanceView;
use server_fns::instances;

use crate::parts::{Button, Card, Notice, NoticeKind, Skeleton, Time, Words};

/// Events are not part of the live world; they are asked for again whenever the instance's state changes.
#[component]
pub(super) fn Events(view: InstanceView) -> Element {
    let id = view.id;
    let (phase, generation, node) = (view.phase, view.generation, view.node.name.clone());
    let mut events = use_resource(use_reactive!(|id, phase, generation| {
        // A change of any of these is a reason to ask again.
        let _reasons = (phase, generation);
        instances::events(id)
    }));
    rsx! {
        Card { title: "Events",
            match &*events.read() {
                None => rsx! { Skeleton {} },
                Some(Err(error)) => rsx! {
                    Notice {
                        kind: NoticeKind::Bad,
                        action: rsx! {
                            Button { onclick: move |_| events.restart(), "Try again" }
                        },
                        "{error.refusal.message}"
                    }
                },
                Some(Ok(events)) if events.is_empty() => rsx! {
                    p { class: "text-text-muted", "Nothing has happened yet." }
                },
                Some(Ok(events)) => rsx! {
                    ol { class: "flex flex-col gap-2",
                        for event in events.iter().rev() {
                            li { key: "{event.id}", class: "grid grid-cols-[7.5rem_minmax(0,1fr)] gap-x-4",
                                span { class: "text-sm text-text-muted", Time { at: event.at } }
                                span { class: "min-w-0 wrap-anywhere",
                                    Words { text: event.text.clone(), name: "{node}" }
                                    // Most sentences begin with whoever did it.
                                    if !event.text.starts_with(&event.actor) {
                                        span { class: "text-sm text-text-muted",
                                            " · "
                                            Words { text: event.actor.clone(), name: "{node}" }
                                        }
                                    }
                                }
                            }
                        }
                    }
                },
            }
        }
    }
}
