//! Asking before something is lost.

use dioxus::prelude::*;

use super::{Button, ButtonKind, Field, Notice, NoticeKind};
use crate::script;

/// Draw it only while asking: `if asking() { Confirm { .. } }`. The text names what is lost; with
/// `type_name` the person must type that name first.
#[component]
pub(crate) fn Confirm(
    title: String,
    text: String,
    /// What the button says: a verb.
    verb: String,
    type_name: Option<String>,
    #[props(default)] busy: bool,
    /// Why the last attempt was refused.
    error: Option<String>,
    on_confirm: EventHandler<()>,
    on_close: EventHandler<()>,
    /// What is to be settled with it.
    children: Element,
) -> Element {
    let mut typed = use_signal(String::new);
    let agreed = type_name.as_ref().is_none_or(|name| *name == typed());
    rsx! {
        dialog {
            id: "confirm",
            class: "m-auto w-[min(28rem,calc(100vw-2rem))] rounded-lg border border-line bg-surface-raised p-0 text-text \
                shadow-float backdrop:bg-black/50 open:animate-appear motion-reduce:animate-none",
            aria_labelledby: "confirm-title",
            // What is lost is read aloud as the dialog opens, and not only what its buttons say.
            aria_describedby: "confirm-text",
            onmounted: move |_| {
                script::enter("confirm");
            },
            oncancel: move |event| {
                event.prevent_default();
                on_close.call(());
            },
            form {
                class: "flex flex-col gap-4 p-5",
                onsubmit: move |event| {
                    event.prevent_default();
                    if agreed && !busy {
                        on_confirm.call(());
                    }
                },
                div {
                    h2 { id: "confirm-title", class: "text-lg font-semibold", "{title}" }
                    p { id: "confirm-text", class: "mt-2 text-text-muted", "{text}" }
                }
                if let Some(error) = error {
                    Notice { kind: NoticeKind::Bad, "{error}" }
                }
                {children}
                if let Some(name) = type_name {
                    Field {
                        label: "Type {name} to confirm",
                        name: "confirm-name",
                        value: typed(),
                        mono: true,
                        autocomplete: "off",
                        oninput: move |text| typed.set(text),
                    }
                }
                div { class: "flex justify-end gap-2",
                    Button { onclick: move |_| on_close.call(()), "Cancel" }
                    Button { kind: ButtonKind::Danger, submit: true, busy, disabled: !agreed, "{verb}" }
                }
            }
        }
    }
}
