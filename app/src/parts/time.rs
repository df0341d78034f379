//! A moment as people say it, with the exact one in the tooltip.

use dioxus::prelude::*;
use model::Timestamp;

use crate::format;
use crate::state::use_now;

/// *3 min ago*, and kept so while the page is open.
#[component]
pub(crate) fn Time(at: Timestamp) -> Element {
    let now = use_now();
    let words = use_memo(use_reactive!(|at| format::when(at, now())));
    rsx! {
        time { class: "whitespace-nowrap tabular-nums", datetime: at.to_rfc3339(), title: format::exact(at), "{words}" }
    }
}
