//! Says so when what is shown may be old.

use std::time::Duration;

use dioxus::prelude::*;

use crate::parts::{Glyph, Icon};
use crate::sleep::sleep;
use crate::state::{Link, use_live};

/// A link that is back sooner was not worth a word.
const GRACE: Duration = Duration::from_secs(1);

#[component]
pub(super) fn Banner() -> Element {
    let live = use_live();
    let down = use_memo(move || (live.link)() == Link::Down);
    rsx! {
        // The region is always there: screen readers announce what appears in it.
        div { aria_live: "assertive",
            if down() {
                Lost {}
            }
        }
    }
}

#[component]
fn Lost() -> Element {
    let mut shown = use_signal(|| false);
    use_future(move || async move {
        sleep(GRACE).await;
        shown.set(true);
    });
    rsx! {
        if shown() {
            p { class: "flex items-center justify-center gap-2 border-b border-warn/40 bg-warn/10 px-4 py-2 text-sm",
                span { class: "text-warn", Icon { glyph: Glyph::Warning } }
                "Connection lost. What you see may be out of date; reconnecting…"
            }
        }
    }
}
