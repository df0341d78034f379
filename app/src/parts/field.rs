//! Labelled inputs: the label above, the refusal below and tied to the input for screen readers.

use dioxus::prelude::*;

use super::{Glyph, Icon};

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum FieldKind {
    #[default]
    Text,
    Email,
    Password,
    Number,
}

impl FieldKind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Email => "email",
            Self::Password => "password",
            Self::Number => "number",
        }
    }
}

const INPUT: &str = "w-full rounded-md border bg-surface-raised px-3 placeholder:text-text-muted/70 \
    disabled:cursor-not-allowed disabled:opacity-60";

fn look(refused: bool, mono: bool) -> String {
    let border = if refused { "border-bad" } else { "border-line hover:border-text-muted/60" };
    let font = if mono { "font-mono" } else { "" };
    format!("{INPUT} {border} {font}")
}

/// One line of text.
#[component]
pub(crate) fn Field(
    label: String,
    /// As the server names it in a refusal; it is also the input's `id`.
    name: String,
    value: String,
    oninput: EventHandler<String>,
    error: Option<String>,
    hint: Option<String>,
    #[props(default)] kind: FieldKind,
    placeholder: Option<String>,
    autocomplete: Option<String>,
    #[props(default)] autofocus: bool,
    #[props(default)] required: bool,
    #[props(default)] disabled: bool,
    #[props(default)] mono: bool,
    min: Option<String>,
    max: Option<String>,
) -> Element {
    let refused = error.is_some();
    let secret = kind == FieldKind::Password;
    let mut shown = use_signal(|| false);
    let kind = if shown() { FieldKind::Text } else { kind };
    // So much room for the eye.
    let room = if secret { "pr-11" } else { "" };
    rsx! {
        div { class: "flex flex-col gap-1.5",
            label { class: "text-sm font-medium", r#for: "{name}", "{label}" }
            div { class: "relative flex",
                input {
                    class: "h-10 pointer-coarse:h-11 {look(refused, mono)} {room}",
                    id: "{name}",
                    name: "{name}",
                    r#type: kind.as_str(),
                    value,
                    placeholder,
                    autocomplete,
                    autofocus,
                    required,
                    disabled,
                    min,
                    max,
                    autocapitalize: "none",
                    spellcheck: "false",
                    aria_invalid: if refused { "true" } else { "false" },
                    aria_describedby: "{name}-note",
                    oninput: move |event| oninput.call(event.value()),
                }
                if secret {
                    Eye {
                        open: shown(),
                        onclick: move |()| {
                            let open = shown();
                            shown.set(!open);
                        },
                    }
                }
            }
            Note { name: name.clone(), error, hint }
        }
    }
}

/// Shows what is typed where it is hidden, and hides it again.
#[component]
fn Eye(open: bool, onclick: EventHandler<()>) -> Element {
    rsx! {
        button {
            class: "absolute inset-y-0 right-0 flex w-10 cursor-pointer items-center justify-center rounded-md text-text-muted \
                hover:text-text",
            r#type: "button",
            title: if open { "Hide what is typed" } else { "Show what is typed" },
            aria_label: "Show what is typed",
            aria_pressed: if open { "true" } else { "false" },
            onclick: move |_| onclick.call(()),
            Icon { glyph: if open { Glyph::EyeOff } else { Glyph::Eye } }
        }
    }
}

/// Several lines of text.
#[component]
pub(crate) fn TextArea(
    label: String,
    name: String,
    value: String,
    oninput: EventHandler<String>,
    error: Option<String>,
    hint: Option<String>,
    placeholder: Option<String>,
    #[props(default = 4)] rows: u32,
    #[props(default)] disabled: bool,
    #[props(default)] mono: bool,
) -> Element {
    let refused = error.is_some();
    rsx! {
        div { class: "flex flex-col gap-1.5",
            label { class: "text-sm font-medium", r#for: "{name}", "{label}" }
            textarea {
                class: "py-2 {look(refused, mono)}",
                id: "{name}",
                name: "{name}",
                rows: "{rows}",
                value,
                placeholder,
                disabled,
                spellcheck: "false",
                aria_invalid: if refused { "true" } else { "false" },
                aria_describedby: "{name}-note",
                oninput: move |event| oninput.call(event.value()),
            }
            Note { name: name.clone(), error, hint }
        }
    }
}

/// The refusal if there is one, else the hint. Always there, so that a refusal is announced.
#[component]
fn Note(name: String, error: Option<String>, hint: Option<String>) -> Element {
    let class = if error.is_some() { "text-bad" } else { "text-text-muted" };
    let words = error.or(hint).unwrap_or_default();
    rsx! {
        p { id: "{name}-note", class: "text-sm empty:hidden {class}", aria_live: "polite", "{words}" }
    }
}
