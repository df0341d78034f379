//! Keeps the world up to date: one socket for the whole tab, opened again whenever it is lost.

use std::time::Duration;

use chrono::TimeDelta;
use dioxus::prelude::*;
use model::refusal::RefusalCode;
use server_fns::live::{Feed, Listening};
use server_fns::{ApiError, account};

use crate::script::chance;
use crate::sleep::{sleep, within};
use crate::state::{Fit, Link, Live, use_live};

/// The server speaks every 10 s; a link that was silent for longer than two of these is dead.
const SILENCE: Duration = Duration::from_secs(25);
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);
const SECOND: Duration = Duration::from_secs(1);
/// How often the clock goes on by itself while nobody says the time.
const TICK: TimeDelta = TimeDelta::seconds(10);

/// Lives as long as somebody is signed in, and the socket with it.
#[component]
pub(crate) fn Keeper() -> Element {
    let live = use_live();
    // Effects run in a browser or a window only, never while the server draws.
    use_effect(move || {
        spawn(keep(live));
        spawn(tick(live));
        spawn(count(live));
    });
    rsx! {}
}

/// How following the feed ended.
enum End {
    /// `heard`: there was a link, so the next attempt need not wait long.
    Lost {
        heard: bool,
    },
    SignedOut,
}

async fn keep(mut live: Live) {
    let mut failures = 0;
    loop {
        match follow(live).await {
            End::SignedOut => return live.leave(),
            End::Lost { heard } => failures = if heard { 0 } else { failures + 1 },
        }
        live.link.set(Link::Down);
        sleep(pause(failures, chance())).await;
        // A browser does not tell why a socket was refused, so a failed one is asked after.
        if failures > 0
            && let Err(error) = account::me().await
            && error.refusal.code == RefusalCode::Unauthenticated
        {
            return live.leave();
        }
    }
}

/// A browser gives a socket no key of its session, so a ticket is asked for with that.
async fn open() -> Result<Feed, ApiError> {
    let ticket = server_fns::live::ticket().await?;
    server_fns::live::feed(Some(ticket.secret), Listening::default()).await
}

async fn follow(mut live: Live) -> End {
    let mut heard = false;
    let feed = match within(SILENCE, open()).await {
        Some(Ok(feed)) => feed,
        Some(Err(error)) if error.refusal.code == RefusalCode::Unauthenticated => return End::SignedOut,
        Some(Err(_)) | None => return End::Lost { heard },
    };
    loop {
        let Some(Ok(event)) = within(SILENCE, feed.recv()).await else {
            return End::Lost { heard };
        };
        match live.apply(event) {
            Fit::Applied => {
                heard = true;
                if *live.link.peek() != Link::Up {
                    live.link.set(Link::Up);
                }
            }
            Fit::Gap => return End::Lost { heard },
            Fit::SignedOut => return End::SignedOut,
        }
    }
}

/// Twice as long after every failure, and never the same for two tabs, so that a server that comes back
/// is not met by all of them at once. `chance` is from 0 to 1.
pub(crate) fn pause(failures: u32, chance: f64) -> Duration {
    let whole = FIRST_PAUSE.saturating_mul(1 << failures.min(8)).min(LONGEST_PAUSE);
    whole.mul_f64(0.5 + chance.clamp(0.0, 1.0) / 2.0)
}

/// Ages go on while the link is down.
async fn tick(live: Live) {
    loop {
        sleep(TICK.to_std().unwrap_or(SILENCE)).await;
        if *live.link.peek() != Link::Up {
            let now = *live.now.peek() + TICK;
            live.told(now);
        }
    }
}

/// Between two words of the server the seconds go on.
async fn count(mut live: Live) {
    loop {
        sleep(SECOND).await;
        *live.passed.write() += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_bound() {
        assert_eq!(pause(0, 1.0), FIRST_PAUSE);
        assert!(pause(3, 0.0) > pause(1, 1.0));
        assert_eq!(pause(u32::MAX, 1.0), LONGEST_PAUSE);
        assert!(pause(u32::MAX, 0.0) >= LONGEST_PAUSE / 2);
    }
}
