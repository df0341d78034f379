//! What a page shows, kept up to date: one socket per tab, a snapshot first, then deltas by revision.

use dioxus::fullstack::{WebSocketOptions, Websocket};
use dioxus::prelude::*;
use model::live::LiveEvent;

use crate::ApiError;
#[cfg(feature = "server")]
use crate::host::Caller;

/// Everything the caller may see, for the first paint.
#[get("/api/v1/live/snapshot", caller: Caller)]
pub async fn snapshot() -> Result<LiveEvent, ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.snapshot(&actor)?)
}

/// The same, and then every change of it until either side leaves.
#[get("/api/v1/live", caller: Caller)]
pub async fn feed(options: WebSocketOptions) -> Result<Websocket<(), LiveEvent>, ApiError> {
    let actor = caller.actor().await?;
    let subscription = caller.control.subscribe(&actor);
    Ok(options.on_upgrade(move |socket| crate::feed::serve(socket, subscription)))
}
