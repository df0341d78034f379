//! SSH public keys of a person.

use dioxus::prelude::*;
use model::id::SshKeyId;
use model::request::{AddSshKey, MayManage, ProveSshKey};
use model::view::{KeyChallenge, SshKeyView};

#[cfg(feature = "server")]
use crate::host::{Caller, NoFields};
use crate::{ApiError, Json};

#[get("/api/v1/ssh-keys", caller: Caller)]
pub async fn list() -> Result<Vec<SshKeyView>, ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.ssh_keys.list(&actor)?)
}

#[post("/api/v1/ssh-keys", caller: Caller)]
pub async fn add(request: Json<AddSshKey>) -> Result<SshKeyView, ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.ssh_keys.add(&actor, request.0).await?)
}

/// What is to be signed to prove that one holds the key; it takes the place of one that was given before.
#[post("/api/v1/ssh-keys/{id}/challenge", caller: Caller, _none: NoFields)]
pub async fn challenge(id: SshKeyId) -> Result<KeyChallenge, ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.ssh_keys.challenge(&actor, id)?)
}

/// Proves the key with a signature of its challenge.
#[post("/api/v1/ssh-keys/{id}/proof", caller: Caller)]
pub async fn prove(id: SshKeyId, request: Json<ProveSshKey>) -> Result<SshKeyView, ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.ssh_keys.prove(&actor, id, request.0).await?)
}

/// Says whether its holder may use the lobby and jump to every instance, or log in where it is ticked and no more.
#[put("/api/v1/ssh-keys/{id}/may-manage", caller: Caller)]
pub async fn may_manage(id: SshKeyId, request: Json<MayManage>) -> Result<SshKeyView, ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.ssh_keys.set_may_manage(&actor, id, request.0).await?)
}

/// Its holder is no longer let into any instance.
#[delete("/api/v1/ssh-keys/{id}", caller: Caller, _none: NoFields)]
pub async fn remove(id: SshKeyId) -> Result<(), ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.ssh_keys.remove(&actor, id).await?)
}
