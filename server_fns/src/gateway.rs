//! How the SSH gateway is found and known.

use dioxus::prelude::*;
use model::view::GatewayView;

use crate::ApiError;
#[cfg(feature = "server")]
use crate::host::Caller;

/// Refused as unavailable where there is no gateway.
#[get("/api/v1/gateway", caller: Caller)]
pub async fn get() -> Result<GatewayView, ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.gateway.view(&actor)?)
}
