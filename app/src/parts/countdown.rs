//! How long something is still to come, second by second.

use dioxus::prelude::*;
use model::Timestamp;

use crate::format;
use crate::state::use_live;

/// *in 0:42*, counted down. Screen readers are not told each second.
#[component]
pub(crate) fn Countdown(at: Timestamp) -> Element {
    let live = use_live();
    let left = (at - (live.now)()).num_milliseconds() - (live.passed)() * 1_000;
    let words = format::countdown(left);
    rsx! {
        span { class: "whitespace-nowrap tabular-nums", role: "timer", aria_live: "off", title: format::exact(at), "{words}" }
    }
}
