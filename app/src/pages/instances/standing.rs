//! How an instance stands, in a word, wherever it is shown.

use dioxus::prelude::*;
use model::Timestamp;
use model::phase::Phase;

use crate::parts::{Badge, Countdown, PhaseBadge, Tone};

/// What was asked and is not seen yet, else its phase. One that ended by itself and waits for its next start is down, and no
/// word of progress hides that.
#[component]
pub(crate) fn Standing(
    /// *asked to stop*
    asked: Option<String>,
    phase: Phase,
    starts_at: Option<Timestamp>,
) -> Element {
    match (asked, starts_at) {
        (Some(words), _) => rsx! {
            Badge { tone: Tone::Busy, "{words}" }
        },
        (None, Some(at)) => rsx! {
            Badge { tone: Tone::Warn, "down, next try " Countdown { at } }
        },
        (None, None) => rsx! {
            PhaseBadge { phase }
        },
    }
}
