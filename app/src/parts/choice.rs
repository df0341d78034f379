//! Choosing one of a few, and ticking.

use dioxus::prelude::*;

/// One of several cards of which one is chosen. Cards of one choice share `name`.
#[component]
pub(crate) fn Choice(
    name: String,
    value: String,
    title: String,
    hint: Option<String>,
    chosen: bool,
    #[props(default)] disabled: bool,
    onchoose: EventHandler<()>,
) -> Element {
    rsx! {
        label {
            class: "flex min-h-11 cursor-pointer items-start gap-3 rounded-lg border border-line bg-surface-raised p-3 \
                has-checked:border-accent has-checked:bg-accent/5 group has-disabled:cursor-not-allowed has-disabled:bg-transparent \
                has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent-text",
            input {
                class: "mt-0.5 size-4 shrink-0 accent-accent",
                r#type: "radio",
                name,
                value,
                checked: chosen,
                disabled,
                onchange: move |_| onchoose.call(()),
            }
            span { class: "min-w-0",
                span { class: "block font-medium group-has-disabled:text-text-muted", "{title}" }
                if let Some(hint) = hint {
                    span { class: "block text-sm text-text-muted", "{hint}" }
                }
            }
        }
    }
}

/// A box to tick.
#[component]
pub(crate) fn Check(
    name: String,
    label: String,
    hint: Option<String>,
    checked: bool,
    #[props(default)] disabled: bool,
    onchange: EventHandler<bool>,
) -> Element {
    rsx! {
        label { class: "flex min-h-9 cursor-pointer items-center gap-3 rounded-md py-1 pointer-coarse:min-h-11",
            input {
                class: "size-4 shrink-0 accent-accent",
                r#type: "checkbox",
                name,
                checked,
                disabled,
                onchange: move |event| onchange.call(event.checked()),
            }
            span { class: "min-w-0",
                span { class: "block truncate", "{label}" }
                if let Some(hint) = hint {
                    span { class: "block truncate font-mono text-xs text-text-muted", "{hint}" }
                }
            }
        }
    }
}
