//! Text to be copied, with the button that does it.

use dioxus::prelude::*;

use super::copy_button::CopyButton;

/// Monospaced text with a copy button. `large` is for the one line that a page is about.
#[component]
pub(crate) fn CopyText(
    text: String,
    /// What it is, for the button's tooltip: *Copy the ssh command*.
    #[props(default = "Copy".to_owned())]
    title: String,
    #[props(default)] large: bool,
    /// Breaks long text over lines instead of cutting it.
    #[props(default)]
    wrap: bool,
    /// The end of the text, which stays in one piece where the text is broken.
    #[props(default)]
    tail: String,
    /// As wide as the place allows, so that boxes below each other end alike.
    #[props(default)]
    fill: bool,
) -> Element {
    let size = if large { "px-2 py-3 text-base sm:text-lg" } else { "px-2 text-sm" };
    let flow = if wrap { "break-all py-2" } else { "truncate" };
    let width = if fill { "w-full justify-between" } else { "max-w-full" };
    let whole = format!("{text}{tail}");
    rsx! {
        span { class: "inline-flex min-h-9 min-w-0 items-center gap-1 rounded-md border border-line bg-surface {size} {width}",
            code { class: "min-w-0 select-all font-mono {flow}", title: "{whole}",
                "{text}"
                if !tail.is_empty() {
                    span { class: "inline-block", "{tail}" }
                }
            }
            CopyButton { text: whole.clone(), title }
        }
    }
}

/// Several lines, such as a part of a file, as they are. What is too wide scrolls.
#[component]
pub(crate) fn CopyBlock(text: String, title: String) -> Element {
    rsx! {
        div { class: "flex w-full min-w-0 items-start gap-1 rounded-md border border-line bg-surface py-1 pr-1",
            // What scrolls must be reached by the keyboard, too.
            pre { class: "min-w-0 flex-1 overflow-x-auto rounded-sm px-2 py-1.5 font-mono text-sm", tabindex: "0", aria_label: "Text to be copied", "{text}" }
            CopyButton { text: text.clone(), title }
        }
    }
}
