//! From the console into an app.

use dioxus::prelude::*;
use model::request::Visit;
use model::view::VisitView;

#[cfg(feature = "server")]
use crate::host::Caller;
use crate::{ApiError, Json};

/// The address at which the app lets the person in, once and within half a minute.
#[post("/api/v1/visit", caller: Caller)]
pub async fn visit(request: Json<Visit>) -> Result<VisitView, ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.urls.visit(&actor, &request.0)?)
}
