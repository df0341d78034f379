//! SSH public keys of a person.

use dioxus::prelude::*;
use model::id::SshKeyId;
use model::request::AddSshKey;
use model::view::SshKeyView;

#[cfg(feature = "server")]
use crate::host::Caller;
use crate::{ApiError, Json};

#[get("/api/v1/ssh-keys", caller: Caller)]
pub async fn list() -> Result<Vec<SshKeyView>, ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.ssh_keys(&actor)?)
}

#[post("/api/v1/ssh-keys", caller: Caller)]
pub async fn add(request: Json<AddSshKey>) -> Result<SshKeyView, ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.add_ssh_key(&actor, request.0).await?)
}

/// Its holder is no longer let into any instance.
#[delete("/api/v1/ssh-keys/{id}", caller: Caller)]
pub async fn remove(id: SshKeyId) -> Result<(), ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.remove_ssh_key(&actor, id).await?)
}
