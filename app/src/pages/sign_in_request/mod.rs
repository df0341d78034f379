//! A program on somebody's computer asks to be signed in: they see which one, compare its code, and say yes or no.

mod answer;
mod code;

use dioxus::prelude::*;
use server_fns::sign_in_requests;

use crate::parts::{Button, Card, Notice, NoticeKind, PageHeader, Skeleton};

use answer::Answer;
use code::Code;

/// What the person said.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Said {
    Yes,
    No,
}

/// With the code of the link that the program showed, or empty.
#[component]
pub(crate) fn SignInRequest(code: String) -> Element {
    let mut said = use_signal(|| None::<Said>);
    let asked = code.clone();
    // Asked by whoever looks at the page, not while the server draws it.
    let mut request = use_resource(use_reactive!(|asked| async move {
        if asked.is_empty() { None } else { Some(sign_in_requests::get(asked).await) }
    }));
    rsx! {
        PageHeader {
            title: "Sign a program in",
            text: "The program dockhost on a computer of yours waits for you. If you have not started it, say no.",
        }
        div { class: "flex max-w-2xl flex-col gap-5",
            match (said(), &*request.read()) {
                (Some(said), _) => rsx! {
                    Done { said }
                },
                (None, None) => rsx! {
                    Skeleton { rows: 3 }
                },
                (None, Some(None)) => rsx! {
                    Card { title: "Its code",
                        Code { key: "{code}", typed: code.clone() }
                    }
                },
                (None, Some(Some(Err(error)))) => rsx! {
                    Notice {
                        kind: NoticeKind::Bad,
                        action: rsx! {
                            Button { onclick: move |_| request.restart(), "Try again" }
                        },
                        "{error.refusal.message}"
                    }
                    Card { title: "Its code",
                        Code { key: "{code}", typed: code.clone() }
                    }
                },
                (None, Some(Some(Ok(view)))) => rsx! {
                    Answer { key: "{view.code}", view: view.clone(), on_said: move |answer| said.set(Some(answer)) }
                },
            }
        }
    }
}

#[component]
fn Done(said: Said) -> Element {
    rsx! {
        div { class: "outline-none", tabindex: "-1", onmounted: move |event| async move { drop(event.set_focus(true).await) },
            match said {
                Said::Yes => rsx! {
                    Notice { kind: NoticeKind::Good, "It is signed in. Go back to your terminal; you may close this page. The token stands under Tokens." }
                },
                Said::No => rsx! {
                    Notice { kind: NoticeKind::Good, "It is not let in. You may close this page." }
                },
            }
        }
    }
}
