//! What a page shows, kept up to date: one socket per tab, a snapshot first, then deltas by revision.

use dioxus::prelude::*;
use model::live::LiveEvent;
use model::ticket::Ticket;

use crate::ApiError;
pub use crate::feed::{Feed, Listening};
#[cfg(feature = "server")]
use crate::host::{Caller, NoFields};

/// Everything the caller may see, for the first paint.
#[get("/api/v1/live/snapshot", caller: Caller)]
pub async fn snapshot() -> Result<LiveEvent, ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.live.snapshot(&actor)?)
}

/// What opens one feed, once and within half a minute, for a browser, which gives a socket no key of its session.
#[post("/api/v1/live/ticket", caller: Caller, _none: NoFields)]
pub async fn ticket() -> Result<Ticket, ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.live.ticket(&actor)?)
}

/// The same, and then every change of it until either side leaves.
#[get("/api/v1/live?ticket", caller: Caller)]
pub async fn feed(ticket: Option<String>, listening: Listening) -> Result<Feed, ApiError> {
    let actor = match ticket {
        Some(ticket) => caller.control.live.admission(&ticket)?,
        None => caller.actor().await?,
    };
    Ok(listening.follow(caller.control.live.subscribe(&actor)?))
}
