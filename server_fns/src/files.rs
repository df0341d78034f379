//! Files of an instance. They go as they are, with `PUT` and `GET`, at `/api/v1/instances/{id}/files?path=…`.

use dioxus::prelude::*;
use model::id::InstanceId;
use model::ticket::Ticket;

use crate::ApiError;
#[cfg(feature = "server")]
use crate::host::{Caller, NoFields};

/// What moves one file of the instance, once and within half a minute, for whoever adds `&ticket=…` and has no session.
#[post("/api/v1/instances/{id}/files/ticket", caller: Caller, _none: NoFields)]
pub async fn ticket(id: InstanceId) -> Result<Ticket, ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.files.ticket(&actor, id)?)
}
