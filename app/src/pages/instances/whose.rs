//! One's own instances, or everybody's.

use dioxus::prelude::*;

use super::seen::{Of, Seen};
use super::show;

/// `all` are the viewer's own and everybody else's.
#[component]
pub(super) fn Whose(seen: Signal<Seen>, mine: usize, all: usize) -> Element {
    rsx! {
        div { class: "flex w-fit gap-1 pb-4", role: "group", aria_label: "Whose instances",
            One { seen, of: Of::Me, words: "Mine ({mine})" }
            One { seen, of: Of::Everybody, words: "Everybody's ({all})" }
        }
    }
}

#[component]
fn One(seen: Signal<Seen>, of: Of, words: String) -> Element {
    let on = seen.read().of == of;
    let look = if on { "border-line bg-surface-raised" } else { "border-transparent text-text-muted hover:bg-hover" };
    rsx! {
        button {
            class: "inline-flex h-9 cursor-pointer items-center rounded-md border px-3 text-sm font-medium tabular-nums \
                pointer-coarse:h-11 {look}",
            r#type: "button",
            aria_pressed: if on { "true" } else { "false" },
            onclick: move |_| {
                let filter = seen.peek().filter.clone();
                show(seen, Seen { of, filter });
            },
            "{words}"
        }
    }
}
