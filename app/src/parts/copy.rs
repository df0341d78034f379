//! Text to be copied, and the button that does it.

use std::time::Duration;

use dioxus::prelude::*;

use super::{Glyph, Icon};
use crate::sleep::sleep;

/// How long the button says that it worked.
const FEEDBACK: Duration = Duration::from_millis(1_600);

/// Browsers offer the clipboard only on `https` and on `localhost`; elsewhere a selected text area does it.
const COPY: &str = "
    const text = await dioxus.recv();
    try {
        await navigator.clipboard.writeText(text);
        return true;
    } catch {
        const area = document.createElement('textarea');
        area.value = text;
        area.setAttribute('readonly', '');
        area.style.cssText = 'position:fixed;opacity:0';
        const home = document.querySelector('dialog[open]') ?? document.body;
        const before = document.activeElement;
        home.appendChild(area);
        area.select();
        const done = document.execCommand('copy');
        area.remove();
        before?.focus();
        return done;
    }";

#[derive(Clone, Copy, PartialEq)]
enum Feedback {
    None,
    Copied,
    /// The browser refused; the person can still select the text.
    Refused,
}

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
) -> Element {
    let mut feedback = use_signal(|| Feedback::None);
    let size = if large { "p-3 text-base sm:text-lg" } else { "px-2 text-sm" };
    let flow = if wrap { "break-all py-2" } else { "truncate" };
    let copied = text.clone();
    let copy = move |event: MouseEvent| {
        event.stop_propagation();
        let text = copied.clone();
        async move {
            let eval = document::eval(COPY);
            let done = eval.send(text).is_ok() && eval.join::<bool>().await.unwrap_or(false);
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
        span { class: "inline-flex min-h-9 max-w-full min-w-0 items-center gap-1 rounded-md border border-line bg-surface {size}",
            code { class: "min-w-0 select-all font-mono {flow}", title: "{text}", "{text}" }
            button {
                class: "inline-flex min-h-8 min-w-8 shrink-0 cursor-pointer items-center justify-center gap-1 rounded-sm px-1 text-xs \
                    text-text-muted hover:bg-hover hover:text-text pointer-coarse:min-h-11 pointer-coarse:min-w-11",
                r#type: "button",
                title: "{title}",
                aria_label: "{title}",
                onclick: copy,
                Icon { glyph }
                span { role: "status", "{words}" }
            }
        }
    }
}
