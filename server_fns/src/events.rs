//! What happened: the activity log.

use dioxus::prelude::*;
use model::event::EventPage;
#[cfg(feature = "server")]
use model::request::AskEvents;

use crate::ApiError;
#[cfg(feature = "server")]
use crate::host::Caller;

/// Some lines of it: one's own, those of an instance or of a node, or for an administrator everybody's. With `after`, the
/// oldest first.
#[get("/api/v1/events?of&topic&after&before&limit", caller: Caller)]
pub async fn list(
    of: Option<String>,
    topic: Option<String>,
    after: Option<String>,
    before: Option<String>,
    limit: Option<u32>,
) -> Result<EventPage, ApiError> {
    let actor = caller.actor().await?;
    let asked = AskEvents { of, topic, after, before, limit };
    Ok(caller.control.activity.list(&actor, asked).await?)
}
