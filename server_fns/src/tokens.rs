//! API tokens of a person.

use dioxus::prelude::*;
use model::id::TokenId;
use model::request::CreateToken;
use model::view::{Created, TokenView};

#[cfg(feature = "server")]
use crate::host::{Caller, NoFields};
use crate::{ApiError, Json};

#[get("/api/v1/tokens", caller: Caller)]
pub async fn list() -> Result<Vec<TokenView>, ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.tokens.list(&actor)?)
}

/// The secret is the token; it is not shown again.
#[post("/api/v1/tokens", caller: Caller)]
pub async fn create(request: Json<CreateToken>) -> Result<Created<TokenView>, ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.tokens.create(&actor, request.0).await?)
}

#[delete("/api/v1/tokens/{id}", caller: Caller, _none: NoFields)]
pub async fn remove(id: TokenId) -> Result<(), ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.tokens.remove(&actor, id).await?)
}
