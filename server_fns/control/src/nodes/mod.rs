//! Nodes: where they dial in, what installs them, and what people ask of them. It carries frames between a node's
//! socket and the orchestrator, and decides nothing.

mod connection;
pub(crate) mod install;
mod pace;
mod registry;
mod socket;

use std::sync::Arc;

use axum::extract::ConnectInfo;
use axum::extract::State;
use axum::extract::ws::{WebSocketUpgrade, rejection::WebSocketUpgradeRejection};
use axum::http::{Extensions, HeaderMap};
use axum::response::{IntoResponse, Response};
use protocol::limits::MAX_FRAME;

use crate::auth::attempts::Attempts;
use crate::auth::node_key::node_of;
use crate::core::Core;
use crate::http::programs::Programs;
use crate::http::{Dialled, refuse};
use crate::limits;
use crate::sparse::Sparse;
use crate::tunnel::Tunnels;
use connection::Connection;

static STRANGERS: Sparse = Sparse::new();

pub struct Nodes {
    core: Core,
    tunnels: Arc<Tunnels>,
    attempts: Arc<Attempts>,
    /// What machines are given that become nodes.
    programs: Programs,
}

impl Nodes {
    pub(crate) const fn new(core: Core, tunnels: Arc<Tunnels>, attempts: Arc<Attempts>, programs: Programs) -> Self {
        Self { core, tunnels, attempts, programs }
    }
}

/// The key is looked at before the upgrade, so who has none costs one answer and no socket.
pub(crate) async fn dial(
    State(nodes): State<Arc<Nodes>>,
    headers: HeaderMap,
    extensions: Extensions,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let dialled = extensions.get::<ConnectInfo<Dialled>>().map(|info| info.0);
    let peer = dialled.map(|dialled| dialled.address().to_string());
    let (node, key_hash) = match node_of(&nodes.core.world(), &headers) {
        Ok(found) => found,
        Err(refusal) => {
            if let Some(more) = STRANGERS.tells() {
                tracing::warn!(peer, more, "a node dialled in with a key that opens nothing");
            }
            return refuse(&refusal);
        }
    };
    let ends = dialled.and_then(|dialled| dialled.ends());
    let connection = Connection { nodes, node, key_hash, peer: peer.unwrap_or_default(), ends };
    match upgrade {
        Ok(upgrade) => upgrade
            // Beats and reports are short. A buffer is filled with zeros before each reading, and there are many nodes.
            .read_buffer_size(limits::CHANNEL_READ_BUFFER)
            .max_message_size(MAX_FRAME)
            .max_frame_size(MAX_FRAME)
            .max_write_buffer_size(limits::CHANNEL_WRITE_BUFFER)
            .on_upgrade(|socket| connection.serve(socket)),
        Err(rejection) => rejection.into_response(),
    }
}
