//! What happens between the button and the first login.

use dioxus::prelude::*;
use model::phase::Phase;
use model::view::InstanceView;

use super::why::Overdue;
use crate::pages::instances::Verbs;
use crate::parts::{Card, Glyph, Icon, ProgressBar, Words};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Done,
    Now,
    Later,
}

/// The one card on what happens until it runs. It stays where it is when that is done, for as long as the page is open: what
/// is below it does not jump.
#[component]
pub(super) fn Steps(verbs: Verbs, view: InstanceView) -> Element {
    let making = matches!(view.phase, Phase::Pending | Phase::Creating);
    let mut seen = use_signal(|| making);
    use_effect(use_reactive!(|making| {
        if making {
            seen.set(true);
        }
    }));
    rsx! {
        if making {
            Underway { verbs, view }
        } else if seen() && view.phase == Phase::Running {
            Done { node: "{view.node.name}" }
        }
    }
}

#[component]
fn Done(node: String) -> Element {
    rsx! {
        Card { title: "Ready",
            ol { class: "flex flex-col gap-3",
                Line { step: Step::Done, words: "DockHost chose the node {node}", node: "{node}" }
                Line { step: Step::Done, words: "{node} began", node: "{node}" }
                Line { step: Step::Done, words: "{node} made its image and container", node: "{node}" }
                Line { step: Step::Done, words: "You can log in", node: "{node}",
                    p { class: "text-sm text-text-muted", "The commands stand below." }
                }
            }
        }
    }
}

#[component]
fn Underway(verbs: Verbs, view: InstanceView) -> Element {
    let begun = view.phase == Phase::Creating;
    let node = &view.node.name;
    let message = if view.message.is_empty() { "This takes a few seconds.".to_owned() } else { view.message.clone() };
    rsx! {
        Card { title: "Getting ready",
            ol { class: "flex flex-col gap-3", aria_live: "polite",
                Line { step: Step::Done, words: "DockHost chose the node {node}", node: "{node}" }
                Line { step: if begun { Step::Done } else { Step::Now }, words: "{node} begins", node: "{node}",
                    if !begun {
                        p { class: "text-sm text-text-muted", Words { text: message.clone(), name: "{node}" } }
                    }
                }
                Line { step: if begun { Step::Now } else { Step::Later }, words: "{node} makes its image and container", node: "{node}",
                    if begun {
                        p { class: "text-sm text-text-muted", "{message}" }
                        if let Some(progress) = view.progress {
                            div { class: "flex max-w-md items-center gap-3 pt-1",
                                ProgressBar { step: progress.step, of: progress.of, label: "Progress" }
                                span { class: "text-xs whitespace-nowrap text-text-muted tabular-nums", "{progress.step} of {progress.of}" }
                            }
                        }
                    }
                }
                Line { step: Step::Later, words: "You can log in", node: "{node}" }
            }
            Overdue { verbs, view: view.clone() }
        }
    }
}

#[component]
fn Line(step: Step, words: String, node: String, children: Element) -> Element {
    let tone = if step == Step::Later { "text-text-muted" } else { "" };
    rsx! {
        li { class: "flex gap-3 {tone}",
            span { class: "flex size-5 shrink-0 items-center justify-center",
                match step {
                    Step::Done => rsx! {
                        span { class: "text-good", Icon { glyph: Glyph::Check } }
                    },
                    Step::Now => rsx! {
                        span { class: "size-2 animate-dot rounded-full bg-busy motion-reduce:animate-none" }
                    },
                    Step::Later => rsx! {
                        span { class: "size-2 rounded-full border-[1.5px] border-idle" }
                    },
                }
            }
            div { class: "min-w-0 flex-1",
                p { Words { text: words, name: node } }
                {children}
            }
        }
    }
}
