//! The switch alone, where a row or a sentence beside it says what it is for.

use dioxus::prelude::*;

/// While `busy` it cannot be pressed again and says so to screen readers.
#[component]
pub(crate) fn Toggle(
    name: String,
    /// For screen readers, where no label is around it.
    label: Option<String>,
    /// The id of the sentence that says what it means.
    described_by: Option<String>,
    on: bool,
    #[props(default)] busy: bool,
    onchange: EventHandler<bool>,
) -> Element {
    rsx! {
        input {
            class: "relative h-5 w-9 shrink-0 cursor-[inherit] appearance-none rounded-full border border-idle bg-idle/20 \
                transition-colors duration-100 before:absolute before:top-[0.1875rem] before:left-[0.1875rem] before:size-3 before:rounded-full \
                before:bg-text-muted before:transition-transform before:duration-100 checked:border-accent checked:bg-accent \
                checked:before:translate-x-4 checked:before:bg-on-accent disabled:opacity-60",
            r#type: "checkbox",
            role: "switch",
            name: "{name}",
            checked: on,
            disabled: busy,
            aria_label: label,
            aria_busy: if busy { "true" } else { "false" },
            aria_describedby: described_by,
            onchange: move |event| onchange.call(event.checked()),
        }
    }
}
