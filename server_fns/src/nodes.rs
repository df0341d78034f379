//! Nodes: the machines that run instances.

use dioxus::prelude::*;
use model::enrolment::{Enrol, Enrolled, EnrolmentCode};
use model::id::NodeId;
use model::link::Measurement;
use model::request::{DrainNode, RegisterNode};
use model::view::{NodeKey, NodeView};

#[cfg(feature = "server")]
use crate::host::{Caller, NoFields};
use crate::{ApiError, Json};

#[get("/api/v1/nodes", caller: Caller)]
pub async fn list() -> Result<Vec<NodeView>, ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.nodes.list(&actor)?)
}

#[get("/api/v1/nodes/{id}", caller: Caller)]
pub async fn get(id: NodeId) -> Result<NodeView, ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.nodes.get(&actor, id)?)
}

/// The secret is the node's API key, and `code` is for a machine that fetches one itself; neither is shown again.
#[post("/api/v1/nodes", caller: Caller)]
pub async fn register(request: Json<RegisterNode>) -> Result<NodeKey, ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.nodes.register(&actor, request.0).await?)
}

/// Replaces every setting of the node.
#[put("/api/v1/nodes/{id}", caller: Caller)]
pub async fn update(id: NodeId, request: Json<RegisterNode>) -> Result<NodeView, ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.nodes.update(&actor, id, request.0).await?)
}

/// The old key ends at once, and with it a connection that used it.
#[post("/api/v1/nodes/{id}/rotate-key", caller: Caller, _none: NoFields)]
pub async fn rotate_key(id: NodeId) -> Result<NodeKey, ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.nodes.rotate_key(&actor, id).await?)
}

/// A code that one machine may change for the node's key, in place of the code before. Refused while it is connected.
#[post("/api/v1/nodes/{id}/enrolment-code", caller: Caller, _none: NoFields)]
pub async fn enrolment_code(id: NodeId) -> Result<EnrolmentCode, ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.nodes.issue_code(&actor, id).await?)
}

/// For machines: the code of a node for its key, once.
#[post("/api/v1/enrolment", caller: Caller)]
pub async fn enrol(request: Json<Enrol>) -> Result<Enrolled, ApiError> {
    Ok(caller.control.nodes.enrol(request.0, &caller.peer).await?)
}

/// New instances go elsewhere; those that are there stay.
#[post("/api/v1/nodes/{id}/cordon", caller: Caller, _none: NoFields)]
pub async fn cordon(id: NodeId) -> Result<NodeView, ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.nodes.cordon(&actor, id).await?)
}

#[post("/api/v1/nodes/{id}/uncordon", caller: Caller, _none: NoFields)]
pub async fn uncordon(id: NodeId) -> Result<NodeView, ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.nodes.uncordon(&actor, id).await?)
}

/// As cordon, and nothing is started there any more; with `stop`, what runs is stopped.
#[post("/api/v1/nodes/{id}/drain", caller: Caller)]
pub async fn drain(id: NodeId, request: Json<DrainNode>) -> Result<NodeView, ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.nodes.drain(&actor, id, request.0).await?)
}

/// Sends over the node's link for up to three seconds in each direction; answers with what it carried.
#[post("/api/v1/nodes/{id}/measure", caller: Caller, _none: NoFields)]
pub async fn measure(id: NodeId) -> Result<Measurement, ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.tunnels.measure_link(&actor, id).await?)
}

/// After several machines took turns with the key: the first one that comes is let in.
#[post("/api/v1/nodes/{id}/unfreeze", caller: Caller, _none: NoFields)]
pub async fn unfreeze(id: NodeId) -> Result<NodeView, ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.nodes.unfreeze(&actor, id).await?)
}

/// Only of a node that is away: its instances are given up with it.
#[post("/api/v1/nodes/{id}/forget", caller: Caller, _none: NoFields)]
pub async fn forget(id: NodeId) -> Result<(), ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.nodes.forget(&actor, id).await?)
}

/// Refused while instances are on it.
#[delete("/api/v1/nodes/{id}", caller: Caller, _none: NoFields)]
pub async fn remove(id: NodeId) -> Result<(), ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.nodes.remove(&actor, id).await?)
}
