//! Labelled inputs: the label above, the refusal below and tied to the input for screen readers.

use dioxus::prelude::*;

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
    rsx! {
        div { class: "flex flex-col gap-1.5",
            label { class: "text-sm font-medium", r#for: "{name}", "{label}" }
            input {
                class: "h-10 pointer-coarse:h-11 {look(refused, mono)}",
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
            Note { name: name.clone(), error, hint }
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
