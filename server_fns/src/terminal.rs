//! Terminals in a browser.

use dioxus::prelude::*;
use model::id::InstanceId;
use model::terminal::AskTicket;
use model::ticket::Ticket;

#[cfg(feature = "server")]
use crate::host::Caller;
use crate::{ApiError, Json};

/// What opens one terminal of the instance, once and within half a minute, at `/api/v1/terminal?ticket=…`.
#[post("/api/v1/instances/{id}/terminal", caller: Caller)]
pub async fn ticket(id: InstanceId, request: Json<AskTicket>) -> Result<Ticket, ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.terminals.ticket(&actor, id, request.0)?)
}
