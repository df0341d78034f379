//! One token, and the end of it.

use dioxus::prelude::*;
use model::view::TokenView;
use server_fns::tokens;

use super::words::title;
use crate::action::use_ask;
use crate::parts::{Button, ButtonKind, Confirm, Glyph, NoticeKind, Time, use_toasts};
use crate::state::use_now;

#[component]
pub(super) fn TokenRow(view: TokenView) -> Element {
    let ask = use_ask();
    let toasts = use_toasts();
    let mut asking = use_signal(|| false);
    let now = use_now();
    let (id, name) = (view.id, view.name.clone());
    let delete = move |()| {
        let gone = format!("{name} is deleted.");
        ask.start(tokens::remove(id), move |()| {
            toasts.say(NoticeKind::Good, gone);
            asking.set(false);
        });
    };
    rsx! {
        li { class: "relative flex min-h-11 flex-wrap items-center gap-x-4 gap-y-1 py-2 pr-16 pl-4 @min-[46rem]:px-4 @min-[46rem]:col-span-full @min-[46rem]:grid @min-[46rem]:grid-cols-subgrid",
            span { class: "min-w-32 flex-1 truncate font-medium", title: "{view.name}", "{view.name}" }
            code { class: "font-mono text-sm text-text-muted", "{view.hint}" }
            span { class: "text-sm text-text-muted", "{title(view.scope)}" }
            span { class: "text-sm text-text-muted", "created " Time { at: view.created_at } }
            span { class: "text-sm text-text-muted",
                match view.expires_at {
                    Some(at) if at <= now() => rsx! { span { class: "text-bad", "expired " Time { at } } },
                    Some(at) => rsx! { "expires " Time { at } },
                    None => rsx! { "does not expire" },
                }
            }
            span { class: "text-sm text-text-muted",
                match view.last_used_at {
                    Some(at) => rsx! { "used " Time { at } },
                    None => rsx! { "never used" },
                }
                if let Some(address) = &view.last_used_from {
                    " from "
                    code { class: "font-mono", "{address}" }
                }
            }
            div { class: "absolute top-2 right-2 @min-[46rem]:static",
                Button {
                    kind: ButtonKind::Quiet,
                    icon: Glyph::Trash,
                    title: "Delete {view.name}",
                    onclick: move |_| {
                        ask.clear();
                        asking.set(true);
                    },
                }
            }
            if asking() {
                Confirm {
                    title: "Delete {view.name}?",
                    text: "The server then refuses every program that uses this token. Nobody can bring it back.",
                    verb: "Delete token",
                    busy: ask.busy(),
                    error: ask.rest(&[]),
                    on_confirm: delete,
                    on_close: move |()| asking.set(false),
                }
            }
        }
    }
}
