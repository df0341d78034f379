//! How long something is still to come, second by second.

use std::time::Duration;

use dioxus::prelude::*;
use model::Timestamp;

use crate::format;
use crate::sleep::sleep;
use crate::state::use_now;

const SECOND: Duration = Duration::from_secs(1);

/// *It starts again in 42 s.*, counted down. A reader for the blind is not told each second.
#[component]
pub(crate) fn Countdown(at: Timestamp) -> Element {
    let now = use_now();
    // The server tells its time every few seconds; between two of its words the seconds are counted here.
    let mut passed = use_signal(|| 0_i64);
    use_effect(move || {
        let _told = now();
        passed.set(0);
    });
    use_future(move || async move {
        loop {
            sleep(SECOND).await;
            passed += 1;
        }
    });
    let left = (at - now()).num_milliseconds() - passed() * 1_000;
    let words = format::until_start(left);
    rsx! {
        span { class: "whitespace-nowrap tabular-nums", role: "timer", "{words}" }
    }
}
