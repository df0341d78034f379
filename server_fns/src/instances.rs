//! Instances: what this product is for.

use dioxus::prelude::*;
use model::event::InstanceEvent;
use model::explain::Explanation;
#[cfg(feature = "server")]
use model::forward::ForwardKey;
use model::forward::{Place, Protocol};
use model::id::InstanceId;
#[cfg(feature = "server")]
use model::port::{ContainerPort, DeclaredPort, HostPort};
use model::reach::Reach;
use model::request::{AskLink, CreateInstance, DeclarePort, LetIn, OpenForward, SetDoor, StartOnConnect};
#[cfg(feature = "server")]
use model::verb::Verb;
use model::view::{InstanceView, LinkView};

#[cfg(feature = "server")]
use crate::host::{Caller, NoFields};
use crate::{ApiError, Json};

#[get("/api/v1/instances", caller: Caller)]
pub async fn list() -> Result<Vec<InstanceView>, ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.instances.list(&actor)?)
}

#[get("/api/v1/instances/{id}", caller: Caller)]
pub async fn get(id: InstanceId) -> Result<InstanceView, ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.instances.get(&actor, id)?)
}

/// Answers once the wish is stored, not once it is true.
#[post("/api/v1/instances", caller: Caller)]
pub async fn create(request: Json<CreateInstance>) -> Result<InstanceView, ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.instances.create(&actor, request.0).await?)
}

#[post("/api/v1/instances/{id}/start", caller: Caller, _none: NoFields)]
pub async fn start(id: InstanceId) -> Result<InstanceView, ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.instances.wish(&actor, id, Verb::Start).await?)
}

#[post("/api/v1/instances/{id}/stop", caller: Caller, _none: NoFields)]
pub async fn stop(id: InstanceId) -> Result<InstanceView, ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.instances.wish(&actor, id, Verb::Stop).await?)
}

#[post("/api/v1/instances/{id}/restart", caller: Caller, _none: NoFields)]
pub async fn restart(id: InstanceId) -> Result<InstanceView, ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.instances.wish(&actor, id, Verb::Restart).await?)
}

/// Name, ports and quota stay held until the node confirms that the container is gone.
#[delete("/api/v1/instances/{id}", caller: Caller, _none: NoFields)]
pub async fn remove(id: InstanceId) -> Result<InstanceView, ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.instances.wish(&actor, id, Verb::Delete).await?)
}

/// Declares a port of the instance, or changes who may open its public URL. It may run meanwhile.
#[put("/api/v1/instances/{id}/ports/{port}", caller: Caller)]
pub async fn declare_port(id: InstanceId, port: u16, request: Json<DeclarePort>) -> Result<InstanceView, ApiError> {
    let actor = caller.actor().await?;
    let asked = DeclaredPort::asked(ContainerPort(port), request.0.url);
    Ok(caller.control.instances.declare_port(&actor, id, asked).await?)
}

#[delete("/api/v1/instances/{id}/ports/{port}", caller: Caller, _none: NoFields)]
pub async fn withdraw_port(id: InstanceId, port: u16) -> Result<InstanceView, ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.instances.withdraw_port(&actor, id, ContainerPort(port)).await?)
}

/// A link to the public URL of a declared port that opens for whoever holds it, until it expires.
#[post("/api/v1/instances/{id}/ports/{port}/link", caller: Caller)]
pub async fn link(id: InstanceId, port: u16, request: Json<AskLink>) -> Result<LinkView, ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.urls.link(&actor, id, ContainerPort(port), request.0)?)
}

/// Opens a host port beside those of the block, on the node or on the server, or changes who is let in and where it
/// listens. The instance may run meanwhile.
#[post("/api/v1/instances/{id}/forwards", caller: Caller)]
pub async fn open_forward(id: InstanceId, request: Json<OpenForward>) -> Result<InstanceView, ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.instances.open_forward(&actor, id, request.0).await?)
}

/// Closes it and its connections.
#[delete("/api/v1/instances/{id}/forwards/{place}/{protocol}/{host_port}", caller: Caller, _none: NoFields)]
pub async fn close_forward(
    id: InstanceId,
    place: Place,
    protocol: Protocol,
    host_port: u16,
) -> Result<InstanceView, ApiError> {
    let actor = caller.actor().await?;
    let key = ForwardKey { place, protocol, host: HostPort(host_port) };
    Ok(caller.control.instances.close_forward(&actor, id, key).await?)
}

/// Opens the node's host port of 80 or 443 to whoever reaches the node, or closes it to everybody. Its number stays the
/// instance's, and the instance may run meanwhile.
#[put("/api/v1/instances/{id}/doors/{port}", caller: Caller)]
pub async fn set_door(id: InstanceId, port: u16, request: Json<SetDoor>) -> Result<InstanceView, ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.instances.set_door(&actor, id, ContainerPort(port), request.0).await?)
}

/// Chooses the SSH keys of its owner that it lets in.
#[put("/api/v1/instances/{id}/ssh-keys", caller: Caller)]
pub async fn let_in(id: InstanceId, request: Json<LetIn>) -> Result<InstanceView, ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.instances.let_in(&actor, id, request.0).await?)
}

/// Whether a login through the SSH gateway starts it when it is stopped.
#[put("/api/v1/instances/{id}/start-on-connect", caller: Caller)]
pub async fn set_start_on_connect(id: InstanceId, request: Json<StartOnConnect>) -> Result<InstanceView, ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.instances.set_start_on_connect(&actor, id, request.0.allowed).await?)
}

/// Only of a deletion that its node cannot confirm, because it is away.
#[post("/api/v1/instances/{id}/forget", caller: Caller, _none: NoFields)]
pub async fn forget(id: InstanceId) -> Result<(), ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.instances.forget(&actor, id).await?)
}

/// Why it is as it is, what shows that, what comes next and every way out.
#[get("/api/v1/instances/{id}/explain", caller: Caller)]
pub async fn explain(id: InstanceId) -> Result<Explanation, ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.instances.explain(&actor, id)?)
}

/// Tries now whether one gets through to its sshd.
#[post("/api/v1/instances/{id}/reach", caller: Caller, _none: NoFields)]
pub async fn reach(id: InstanceId) -> Result<Reach, ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.tunnels.reach(&actor, id).await?)
}

/// The newest last.
#[get("/api/v1/instances/{id}/events", caller: Caller)]
pub async fn events(id: InstanceId) -> Result<Vec<InstanceEvent>, ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.activity.timeline(&actor, id).await?)
}
