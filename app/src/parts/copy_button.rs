//! The button that copies the text beside it.

use std::time::Duration;

use dioxus::prelude::*;

use super::{Glyph, Icon};
use crate::script::copy;
use crate::sleep::sleep;

/// How long the button says that it worked.
const FEEDBACK: Duration = Duration::from_millis(1_600);

#[derive(Clone, Copy, PartialEq)]
enum Feedback {
    None,
    Copied,
    /// The browser refused; the person can still select the text.
    Refused,
}

#[component]
pub(crate) fn CopyButton(
    text: String,
    /// A tooltip, and the name for screen readers.
    title: String,
) -> Element {
    let mut feedback = use_signal(|| Feedback::None);
    let press = move |event: MouseEvent| {
        event.stop_propagation();
        let text = text.clone();
        async move {
            let done = copy(text).await;
            feedback.set(if done { Feedback::Copied } else { Feedback::Refused });
            sleep(FEEDBACK).await;
            feedback.set(Feedback::None);
        }
    };
    let (glyph, words) = match feedback() {
        Feedback::None => (Glyph::Copy, ""),
        Feedback::Copied => (Glyph::Check, "Copied"),
        Feedback::Refused => (Glyph::Close, "Select it and copy by hand"),
    };
    rsx! {
        button {
            class: "inline-flex min-h-8 min-w-8 shrink-0 cursor-pointer items-center justify-center gap-1 rounded-sm px-1 text-xs \
                text-text-muted hover:bg-hover hover:text-text pointer-coarse:min-h-11 pointer-coarse:min-w-11",
            r#type: "button",
            title: "{title}",
            // What it says while it says something is its name.
            aria_label: words.is_empty().then(|| title.clone()),
            onclick: press,
            Icon { glyph }
            span { role: "status", "{words}" }
        }
    }
}
