//! What is on or off at once, without a form around it.

use dioxus::prelude::*;

/// While `busy` it cannot be pressed again and says so to screen readers.
#[component]
pub(crate) fn Switch(
    name: String,
    label: String,
    /// What it means, in one sentence.
    hint: String,
    on: bool,
    #[props(default)] busy: bool,
    onchange: EventHandler<bool>,
) -> Element {
    rsx! {
        label { class: "flex min-h-9 w-fit cursor-pointer items-start gap-3 py-1 has-disabled:cursor-wait pointer-coarse:min-h-11",
            input {
                class: "relative mt-0.5 h-5 w-9 shrink-0 cursor-[inherit] appearance-none rounded-full border border-idle bg-idle/20 \
                    transition-colors duration-100 before:absolute before:top-[3px] before:left-[3px] before:size-3 before:rounded-full \
                    before:bg-text-muted before:transition-transform before:duration-100 checked:border-accent checked:bg-accent \
                    checked:before:translate-x-4 checked:before:bg-on-accent disabled:opacity-60",
                r#type: "checkbox",
                role: "switch",
                name: "{name}",
                checked: on,
                disabled: busy,
                aria_busy: if busy { "true" } else { "false" },
                aria_describedby: "{name}-hint",
                onchange: move |event| onchange.call(event.checked()),
            }
            span { class: "min-w-0",
                span { class: "block font-medium", "{label}" }
                span { id: "{name}-hint", class: "block max-w-prose text-sm text-text-muted", "{hint}" }
            }
        }
    }
}
