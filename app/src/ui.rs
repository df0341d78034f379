//! The root: fetches what the first paint needs, then hands over to the router.

use dioxus::prelude::*;
use model::live::LiveEvent;
use model::view::Welcome;

use crate::parts::{Button, Notice, NoticeKind, Toasts};
use crate::route::Route;
use crate::state::{Live, bootstrap};
use crate::transfers::Transfers;

/// The whole interface. The server draws it once, a browser takes it over; a window draws it from nothing.
#[component]
pub fn App() -> Element {
    rsx! {
        SuspenseBoundary { fallback: |_| rsx! { Waiting {} }, First {} }
    }
}

/// Suspends until the bootstrap is there; nothing under it suspends.
#[component]
fn First() -> Element {
    let mut first = use_server_future(bootstrap)?;
    match first() {
        Some(Ok((welcome, snapshot))) => rsx! { Begun { welcome, snapshot } },
        Some(Err(refusal)) => rsx! {
            main { class: "mx-auto flex min-h-dvh max-w-md flex-col justify-center gap-4 p-6",
                h1 { class: "text-xl font-semibold", "DockHost cannot be shown" }
                Notice { kind: NoticeKind::Bad, "{refusal.message}" }
                div { Button { onclick: move |_| first.restart(), "Try again" } }
            }
        },
        None => rsx! { Waiting {} },
    }
}

#[component]
fn Begun(welcome: Welcome, snapshot: Option<LiveEvent>) -> Element {
    Live::provide(welcome, snapshot);
    Toasts::provide();
    Transfers::provide();
    rsx! { Router::<Route> {} }
}

#[component]
fn Waiting() -> Element {
    rsx! {
        div { class: "flex min-h-dvh animate-late items-center justify-center text-text-muted", role: "status", "Connecting…" }
    }
}
