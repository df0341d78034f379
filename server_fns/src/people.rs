//! Everybody who has an account, for those who manage them.

use dioxus::prelude::*;
use model::id::PersonId;
use model::request::{RemovePerson, SetAdministrator, SuspendPerson};
use model::view::{Created, PersonRow, ResetLink};

#[cfg(feature = "server")]
use crate::host::{Caller, NoFields};
use crate::{ApiError, Json};

#[get("/api/v1/people", caller: Caller)]
pub async fn list() -> Result<Vec<PersonRow>, ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.people.list(&actor)?)
}

#[put("/api/v1/people/{id}/administrator", caller: Caller)]
pub async fn set_administrator(id: PersonId, request: Json<SetAdministrator>) -> Result<(), ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.people.set_administrator(&actor, id, request.0).await?)
}

/// Nothing of theirs opens anything any more, until somebody resumes them.
#[post("/api/v1/people/{id}/suspend", caller: Caller)]
pub async fn suspend(id: PersonId, request: Json<SuspendPerson>) -> Result<(), ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.people.suspend(&actor, id, request.0).await?)
}

#[post("/api/v1/people/{id}/resume", caller: Caller, _none: NoFields)]
pub async fn resume(id: PersonId) -> Result<(), ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.people.resume(&actor, id).await?)
}

/// A link by which they set another password, once. Its secret is shown this once.
#[post("/api/v1/people/{id}/reset-link", caller: Caller, _none: NoFields)]
pub async fn make_reset_link(id: PersonId) -> Result<Created<ResetLink>, ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.people.make_reset_link(&actor, id).await?)
}

/// With what becomes of what they have.
#[delete("/api/v1/people/{id}", caller: Caller)]
pub async fn remove(id: PersonId, request: Json<RemovePerson>) -> Result<(), ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.people.remove(&actor, id, request.0).await?)
}
