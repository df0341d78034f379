//! Choosing one of a few words where a row has no room for cards.

use dioxus::prelude::*;

/// The label is for screen readers and the tooltip: the row beside it says what is chosen. While `busy` it cannot be
/// changed and says so to screen readers.
#[component]
pub(crate) fn Select(
    name: String,
    label: String,
    options: &'static [&'static str],
    /// Which of the options is shown.
    chosen: usize,
    #[props(default)] busy: bool,
    #[props(default)] disabled: bool,
    onchange: EventHandler<usize>,
) -> Element {
    let choose = move |event: FormEvent| {
        if let Ok(index) = event.value().parse() {
            onchange.call(index);
        }
    };
    rsx! {
        select {
            class: "h-9 min-w-0 cursor-pointer truncate rounded-md border border-line bg-surface-raised px-2 text-sm hover:bg-hover \
                pointer-coarse:h-11 disabled:cursor-not-allowed disabled:opacity-60",
            id: "{name}",
            name: "{name}",
            title: "{label}",
            aria_label: "{label}",
            aria_busy: if busy { "true" } else { "false" },
            // A browser that fills in what it remembers would show what nobody has asked for.
            autocomplete: "off",
            disabled: disabled || busy,
            onchange: choose,
            for (index, words) in options.iter().copied().enumerate() {
                option { key: "{index}", value: "{index}", selected: index == chosen, "{words}" }
            }
        }
    }
}
