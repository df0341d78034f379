//! The routes that are not pages and not server functions.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::Api;
use crate::access::{apps, files, terminal};
use crate::activity;
use crate::command_line;
use crate::core::Core;
use crate::http::refuse;
use crate::nodes::{self, install};
use crate::routes::{EVENTS_EXPORT, EVENTS_STREAM, FILES, TERMINAL};
use crate::tunnel;

/// The routes below, for the description of the API.
pub const ROUTES: [(&str, &str); 16] = [
    ("GET", protocol::PATH),
    ("GET", protocol::stream::PATH),
    ("GET", install::SCRIPT),
    ("GET", install::PROGRAM),
    ("GET", command_line::SCRIPT),
    ("GET", command_line::PROGRAM),
    ("GET", apps::OPEN),
    ("GET", apps::SCRIPT),
    ("GET", apps::KEYS),
    ("GET", HEALTHZ),
    ("GET", READYZ),
    ("GET", EVENTS_STREAM),
    ("GET", EVENTS_EXPORT),
    ("GET", TERMINAL),
    ("GET", FILES),
    ("PUT", FILES),
];

const HEALTHZ: &str = "/healthz";
const READYZ: &str = "/readyz";

impl Api {
    /// Where nodes dial in and what installs them, and what supervisors ask: `/healthz` says that the process runs,
    /// `/readyz` that it can serve.
    pub fn router(&self) -> Router {
        let of_nodes = Router::new()
            .route(protocol::PATH, get(nodes::dial))
            .route(install::SCRIPT, get(install::script))
            .route(install::PROGRAM, get(install::program))
            .with_state(Arc::clone(&self.nodes));
        let of_command_line = Router::new()
            .route(command_line::SCRIPT, get(command_line::script))
            .route(command_line::PROGRAM, get(command_line::program))
            .with_state(Arc::clone(&self.command_line));
        let of_apps = Router::new()
            .route(apps::OPEN, get(apps::open))
            .route(apps::SCRIPT, get(apps::script))
            .route(apps::KEYS, get(apps::console_keys))
            .with_state(Arc::clone(&self.urls));
        let probes =
            Router::new().route(HEALTHZ, get(async || "ok\n")).route(READYZ, get(readyz)).with_state(self.core.clone());
        let of_activity = Router::new()
            .route(EVENTS_STREAM, get(activity::follow))
            .route(EVENTS_EXPORT, get(activity::export))
            .with_state((self.activity.clone(), Arc::clone(&self.credentials)));
        Router::new()
            .merge(of_nodes)
            .merge(of_activity)
            .merge(of_command_line)
            .route(protocol::stream::PATH, get(tunnel::accept).with_state(Arc::clone(&self.tunnels)))
            .merge(of_apps)
            .route(TERMINAL, get(terminal::open).with_state(Arc::clone(&self.terminals)))
            .route(FILES, get(files::get).put(files::put).with_state(Arc::clone(&self.files)))
            .merge(probes)
    }

    /// Puts the way to apps around the whole server: what is for their domain reaches nothing of the console's. Were it
    /// around each route, the answers of apps would name the methods of the console's routes.
    pub fn around(&self, server: Router) -> Router {
        Router::new().fallback_service(server).layer(from_fn_with_state(Arc::clone(&self.urls), apps::divert))
    }
}

async fn readyz(State(core): State<Core>) -> Response {
    match core.orchestrator.probe().await {
        Ok(()) => "ready\n".into_response(),
        Err(refusal) => refuse(&refusal),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_has_every_route_that_is_mounted() {
        let source = include_str!("router.rs");
        let (mounted, _) = source.split_once("#[cfg(test)]").unwrap();
        let methods = mounted.lines().filter(|line| line.contains(".route(")).map(|line| {
            line.matches("get(").count()
                + [".put(", ".post(", ".delete("].map(|call| line.matches(call).count()).iter().sum::<usize>()
        });
        assert_eq!(methods.sum::<usize>(), ROUTES.len());
    }
}
