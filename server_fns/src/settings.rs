//! What administrators settle for the whole installation.

use dioxus::prelude::*;
use model::id::InviteId;
use model::request::{ChangeSettings, Settings};
use model::view::{Created, InviteView};

#[cfg(feature = "server")]
use crate::host::{Caller, NoFields};
use crate::{ApiError, Json};

#[get("/api/v1/settings", caller: Caller)]
pub async fn get() -> Result<Settings, ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.installation.settings(&actor)?)
}

#[put("/api/v1/settings", caller: Caller)]
pub async fn change(request: Json<ChangeSettings>) -> Result<Settings, ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.installation.change_settings(&actor, request.0).await?)
}

#[get("/api/v1/invites", caller: Caller)]
pub async fn invites() -> Result<Vec<InviteView>, ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.installation.invites(&actor)?)
}

/// The secret opens one account; it is not shown again.
#[post("/api/v1/invites", caller: Caller, _none: NoFields)]
pub async fn create_invite() -> Result<Created<InviteView>, ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.installation.create_invite(&actor).await?)
}

#[delete("/api/v1/invites/{id}", caller: Caller, _none: NoFields)]
pub async fn remove_invite(id: InviteId) -> Result<(), ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.installation.remove_invite(&actor, id).await?)
}
