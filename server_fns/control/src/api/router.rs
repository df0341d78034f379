//! The routes that are not pages and not server functions.

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use model::refusal::Refusal;

use crate::access::{apps, files, terminal};
use crate::gateway::{self, install};
use crate::handle::Handle;
use crate::tunnel;

impl Handle {
    /// Where nodes dial in and what installs them, and what supervisors ask: `/healthz` says that the process runs,
    /// `/readyz` that it can serve.
    pub fn router(&self) -> Router {
        Router::new()
            .route(protocol::PATH, get(gateway::dial))
            .route(protocol::stream::PATH, get(tunnel::accept))
            .route(install::SCRIPT, get(install::script))
            .route(install::PROGRAM, get(install::program))
            .route(apps::OPEN, get(apps::open))
            .route(apps::SCRIPT, get(apps::script))
            .route(apps::KEYS, get(apps::console_keys))
            .route(terminal::PATH, get(terminal::open))
            .route(files::PATH, get(files::get).put(files::put))
            .route("/healthz", get(async || "ok\n"))
            .route("/readyz", get(readyz))
            .with_state(self.clone())
    }
}

impl Handle {
    /// Puts the way to apps around the whole server: what is for their domain reaches nothing of the console's. Were it
    /// around each route, the answers of apps would name the methods of the console's routes.
    pub fn around(&self, server: Router) -> Router {
        Router::new().fallback_service(server).layer(from_fn_with_state(self.clone(), apps::divert))
    }
}

async fn readyz(State(handle): State<Handle>) -> Response {
    match handle.ready().await {
        Ok(()) => "ready\n".into_response(),
        Err(refusal) => refuse(&refusal),
    }
}

/// As programs read it.
pub(crate) fn refuse(refusal: &Refusal) -> Response {
    let status = StatusCode::from_u16(refusal.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, axum::Json(refusal.clone())).into_response()
}
