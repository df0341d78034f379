//! Why an instance is as it is: what shows it, what comes next, and every way out.

use std::time::Duration;

use dioxus::prelude::*;
use model::explain::{Explanation, WayOut};
use model::phase::Phase;
use model::view::InstanceView;
use server_fns::{ApiError, instances};

use crate::pages::instances::{VerbButton, Verbs};
use crate::parts::{Button, ButtonKind, Card, Notice, NoticeKind, Skeleton, Time, Words};
use crate::sleep::sleep;

/// How often it is asked again while something is under way: that it is overdue changes nothing else on the page.
const AGAIN: Duration = Duration::from_secs(15);

/// What the server answers, and the last answer that it gave: while it is asked again, that stays on the page.
#[derive(Clone, Copy, PartialEq)]
struct Explained {
    told: Resource<Result<Explanation, ApiError>>,
    last: Signal<Option<Explanation>>,
}

fn use_explained(view: &InstanceView) -> Explained {
    let id = view.id;
    let (phase, generation, message) = (view.phase, view.generation, view.message.clone());
    let mut told = use_resource(use_reactive!(|id, phase, generation, message| {
        // A change of any of these is a reason to ask again.
        let _reasons = (phase, generation, message);
        instances::explain(id)
    }));
    use_future(move || async move {
        loop {
            sleep(AGAIN).await;
            told.restart();
        }
    });
    let mut last = use_signal(|| None::<Explanation>);
    use_effect(move || {
        if let Some(Ok(explanation)) = &*told.read() {
            last.set(Some(explanation.clone()));
        }
    });
    Explained { told, last }
}

#[component]
pub(super) fn Why(verbs: Verbs, view: InstanceView) -> Element {
    let Explained { mut told, last } = use_explained(&view);
    let waits = view.starts_at.is_some();
    let phase = view.phase;
    let error =
        told.read().as_ref().and_then(|answer| answer.as_ref().err().map(|error| error.refusal.message.clone()));
    rsx! {
        Card { title: question(phase, waits),
            if let Some(explanation) = last() {
                Told { verbs, view, explanation }
            } else if let Some(error) = error {
                Notice {
                    kind: NoticeKind::Bad,
                    action: rsx! {
                        Button { onclick: move |_| told.restart(), "Try again" }
                    },
                    "{error}"
                }
            } else {
                Skeleton {}
            }
        }
    }
}

/// Within another card, and only once it takes longer than it should: until then that card says all.
#[component]
pub(super) fn Overdue(verbs: Verbs, view: InstanceView) -> Element {
    let Explained { last, .. } = use_explained(&view);
    let overdue = last().filter(|explanation| explanation.overdue);
    rsx! {
        if let Some(explanation) = overdue {
            div { class: "mt-4 border-t border-line pt-4", Told { verbs, view, explanation } }
        }
    }
}

#[component]
fn Told(verbs: Verbs, view: InstanceView, explanation: Explanation) -> Element {
    let node = view.node.name.to_string();
    let well = matches!(explanation.phase, Phase::Running | Phase::Stopped);
    let Explanation { phase: _, cause, evidence, next_step, overdue, ways_out } = explanation;
    rsx! {
        div { class: "flex flex-col gap-4",
            div {
                // A message of its own stands above already.
                if view.message.is_empty() {
                    p { Words { text: cause, name: "{node}" } }
                }
                p { class: if overdue { "text-warn" } else { "text-text-muted" }, Words { text: next_step, name: "{node}" } }
            }
            ul { class: "flex flex-col gap-1 text-sm",
                for one in evidence {
                    li { key: "{one.at}{one.text}", class: "grid grid-cols-[7.5rem_minmax(0,1fr)] gap-x-4",
                        span { class: "text-text-muted", Time { at: one.at } }
                        span { class: "min-w-0 wrap-anywhere", Words { text: one.text.clone(), name: "{node}" } }
                    }
                }
            }
            // What runs or stands still as it should has its buttons at the head of the page.
            if !well && !ways_out.is_empty() {
                ul { class: "flex flex-col gap-2 border-t border-line pt-4",
                    for WayOut { verb, effect } in ways_out {
                        li { key: "{verb.title()}", class: "grid grid-cols-[7.5rem_minmax(0,1fr)] items-center gap-x-4",
                            VerbButton { verbs, verb, view: view.clone(), kind: if verb.loses() { ButtonKind::Danger } else { ButtonKind::Plain } }
                            span { class: "min-w-0 text-sm text-text-muted", Words { text: effect, name: "{node}" } }
                        }
                    }
                }
            }
        }
    }
}

const fn question(phase: Phase, waits: bool) -> &'static str {
    match phase {
        Phase::Restarting if waits => "Why is it down?",
        Phase::Pending => "Why is it pending?",
        Phase::Creating => "Why does it take so long?",
        Phase::Running => "What is known of it?",
        Phase::Paused => "Why is it paused?",
        Phase::Stopping => "Why is it still stopping?",
        Phase::Stopped => "Why is it stopped?",
        Phase::Restarting => "Why is it restarting?",
        Phase::Rebuilding => "Why is it being rebuilt?",
        Phase::Deleting => "Why is it still here?",
        Phase::Error => "What went wrong?",
        Phase::Unknown => "Why is its state not known?",
        Phase::Lost => "Where is its container?",
    }
}
