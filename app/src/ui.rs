//! The root: fetches what the first paint needs, then hands over to the router.

use dioxus::prelude::*;
use model::live::LiveEvent;
use model::view::Welcome;

use crate::kept::Kept;
use crate::parts::{Button, Notice, NoticeKind, Toasts};
use crate::proofs::Proofs;
use crate::route::Address;
use crate::script;
use crate::state::{Live, bootstrap};
use crate::transfers::Transfers;
use crate::wishes::Wishes;
use crate::written::{self, Written};

/// The whole interface. The server draws it once, a browser takes it over; a window draws it from nothing.
#[component]
pub fn App() -> Element {
    rsx! {
        SuspenseBoundary { fallback: |_| rsx! { Waiting {} }, First {} }
    }
}

/// Shows what the server drew the page from; a window, to which no server draws, asks for it.
#[component]
fn First() -> Element {
    let mut first = use_signal(written::read);
    let mut asked = use_resource(move || async move {
        if first.peek().is_none() {
            let answer = bootstrap().await;
            first.set(Some(answer));
        }
    });
    // The page is drawn once, so it waits until there is something to draw; nothing under it suspends.
    #[cfg(feature = "server")]
    asked.suspend()?;
    let Some(known) = first() else {
        return rsx! { Waiting {} };
    };
    rsx! {
        Written { known: known.clone() }
        match known {
            Ok((welcome, snapshot)) => rsx! { Begun { welcome, snapshot } },
            Err(refusal) => rsx! {
                Refused {
                    message: refusal.message,
                    on_again: move |()| {
                        first.set(None);
                        asked.restart();
                    },
                }
            },
        }
    }
}

#[component]
fn Refused(message: String, on_again: EventHandler<()>) -> Element {
    use_effect(script::awake);
    rsx! {
        main { class: "mx-auto flex min-h-dvh max-w-md flex-col justify-center gap-4 p-6",
            h1 { class: "text-xl font-semibold", "DockHost cannot be shown" }
            Notice { kind: NoticeKind::Bad, "{message}" }
            div { Button { onclick: move |_| on_again.call(()), "Try again" } }
        }
    }
}

#[component]
fn Begun(welcome: Welcome, snapshot: Option<LiveEvent>) -> Element {
    // Effects run once the program has taken over what is drawn, and hears what is pressed.
    use_effect(script::awake);
    let live = Live::provide(welcome, snapshot);
    Kept::provide(live);
    Toasts::provide();
    Proofs::provide();
    Wishes::provide();
    Transfers::provide();
    rsx! { Router::<Address> {} }
}

#[component]
fn Waiting() -> Element {
    rsx! {
        div { class: "flex min-h-dvh animate-late items-center justify-center text-text-muted", role: "status", "Connecting…" }
    }
}
