//! Images that an instance can be made from.

use dioxus::prelude::*;
use model::view::ImageView;

use crate::ApiError;
#[cfg(feature = "server")]
use crate::host::Caller;

#[get("/api/v1/images", caller: Caller)]
pub async fn list() -> Result<Vec<ImageView>, ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.instances.images(&actor)?)
}
