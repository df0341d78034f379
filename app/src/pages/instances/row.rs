//! One instance in the list.

use dioxus::prelude::*;
use model::may::Action;
use model::phase::Phase;
use model::verb::Verb;
use model::view::InstanceView;

use super::login::login;
use super::{CreateAgain, Message, Name, Offer, Standing, VerbButton, VerbDialog, hindrance, use_verbs, verb_words};
use crate::parts::{ButtonKind, ButtonLink, CopyText, Glyph, Menu, MenuItem, ProgressBar, Time};
use crate::route::Route;
use crate::state::use_called;

#[component]
pub(super) fn Row(view: InstanceView) -> Element {
    let verbs = use_verbs(view.id);
    let inline = [Verb::Start, Verb::Stop].into_iter().find(|verb| view.takes(*verb));
    let menu = format!("menu-{}", view.id);
    let called = use_called(&view);
    rsx! {
        li { class: "grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-1 px-4 py-2 @min-[46rem]:col-span-full @min-[46rem]:grid-cols-subgrid",
            div { class: "col-span-2 @min-[46rem]:col-span-1",
                Standing { asked: verbs.asked_words(&view), phase: view.phase, starts_at: view.starts_at }
            }
            // Two lines where it is narrow, three columns where it is wide.
            div { class: "flex min-w-0 flex-wrap items-center gap-x-4 gap-y-0.5 @min-[46rem]:contents",
                div { class: "flex min-w-0 basis-full items-center gap-2 @min-[46rem]:basis-auto",
                    Link {
                        class: "min-w-0 truncate py-1 font-medium underline-offset-2 hover:underline",
                        to: Route::Instance { id: view.id },
                        Name { view: view.clone() }
                    }
                }
                span { class: "text-sm whitespace-nowrap text-text-muted", "{view.image.title()}" }
                span { class: "max-w-48 truncate text-sm text-text-muted", "on " code { class: "font-mono", "{view.node.name}" } }
            }
            div { class: "flex items-center justify-end gap-1",
                if let Some(verb) = inline {
                    VerbButton { verbs, verb, view: view.clone(), kind: ButtonKind::Quiet }
                }
                if view.phase == Phase::Lost {
                    CreateAgain { view: view.clone(), kind: ButtonKind::Quiet }
                    VerbButton { verbs, verb: Verb::Delete, view: view.clone(), kind: ButtonKind::Danger }
                }
                if view.phase == Phase::Running && view.may(Action::EnterInstance) {
                    ButtonLink {
                        kind: ButtonKind::Quiet,
                        icon: Glyph::Terminal,
                        title: "Open a terminal on {called}",
                        to: Route::Terminal { id: view.id },
                    }
                }
                Menu { id: "{menu}", label: "Actions for {called}", head: "{called}",
                    MenuItem {
                        menu: "{menu}",
                        icon: Glyph::Info,
                        onclick: move |()| {
                            navigator().push(Route::Instance { id: view.id });
                        },
                        "Open"
                    }
                    for verb in Verb::USUAL {
                        MenuItem {
                            key: "{verb.title()}",
                            menu: "{menu}",
                            icon: verb.glyph(),
                            danger: verb == Verb::Delete,
                            why_not: hindrance(verb, &view),
                            onclick: move |()| verbs.choose(verb),
                            "{verb_words(verb, &view)}"
                        }
                    }
                }
            }
            div { class: "col-span-2 flex min-w-0 flex-col gap-1 empty:hidden @min-[46rem]:col-start-2 @min-[46rem]:col-end-5",
                if let Some(command) = login(&view).filter(|_| view.may(Action::LogIn)) {
                    CopyText { text: command, title: "Copy the ssh command of {called}", fill: true }
                }
                if !view.message.is_empty() {
                    p { class: "text-sm text-text-muted",
                        Message { view: view.clone() }
                        if view.starts_at.is_some() {
                            " "
                            Link { class: "underline underline-offset-2 hover:text-text", to: Route::Instance { id: view.id }, "Why?" }
                        }
                    }
                } else if let (Phase::Stopped, Some(at)) = (view.phase, view.observed_at) {
                    p { class: "text-sm text-text-muted", "Stopped " Time { at } }
                }
                if let Some(progress) = view.progress {
                    div { class: "max-w-xs", ProgressBar { step: progress.step, of: progress.of, label: "Progress of {called}" } }
                }
            }
            VerbDialog { verbs, view }
        }
    }
}
