//! Where nodes dial in. It carries frames between a node's socket and the orchestrator, and decides nothing.

mod connection;
pub(crate) mod install;
mod pace;
mod socket;

use axum::extract::ConnectInfo;
use axum::extract::State;
use axum::extract::ws::{WebSocketUpgrade, rejection::WebSocketUpgradeRejection};
use axum::http::{Extensions, HeaderMap, header};
use axum::response::{IntoResponse, Response};
use model::id::NodeId;
use model::refusal::{Refusal, RefusalCode};
use protocol::limits::MAX_FRAME;

use crate::auth::secret::{self, SecretKind};
use crate::handle::Handle;
use crate::http::Dialled;
use crate::limits;
use crate::router::refuse;
use crate::sparse::Sparse;
use connection::Connection;

static STRANGERS: Sparse = Sparse::new();

/// The key is looked at before the upgrade, so who has none costs one answer and no socket.
pub(crate) async fn dial(
    State(handle): State<Handle>,
    headers: HeaderMap,
    extensions: Extensions,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let dialled = extensions.get::<ConnectInfo<Dialled>>().map(|info| info.0);
    let peer = dialled.map(|dialled| dialled.address().to_string());
    let (node, key_hash) = match node_of(&handle, &headers) {
        Ok(found) => found,
        Err(refusal) => {
            if let Some(more) = STRANGERS.tells() {
                tracing::warn!(peer, more, "a node dialled in with a key that opens nothing");
            }
            return refuse(&refusal);
        }
    };
    let ends = dialled.and_then(|dialled| dialled.ends());
    let connection = Connection { handle, node, key_hash, peer: peer.unwrap_or_default(), ends };
    match upgrade {
        Ok(upgrade) => upgrade
            .max_message_size(MAX_FRAME)
            .max_frame_size(MAX_FRAME)
            .max_write_buffer_size(limits::CHANNEL_WRITE_BUFFER)
            .on_upgrade(|socket| connection.serve(socket)),
        Err(rejection) => rejection.into_response(),
    }
}

/// Whose key the request carries, and the hash of that key.
pub(crate) fn node_of(handle: &Handle, headers: &HeaderMap) -> Result<(NodeId, String), Refusal> {
    let key_hash = bearer(headers).map(secret::hash).ok_or_else(wrong_key)?;
    let node = handle.world().node_by_key_hash(&key_hash).map(|node| node.id).ok_or_else(wrong_key)?;
    Ok((node, key_hash))
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, key) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    (scheme.eq_ignore_ascii_case("bearer") && secret::is_well_formed(SecretKind::NodeKey, key)).then_some(key)
}

fn wrong_key() -> Refusal {
    let message =
        "This node key is not valid: it was mistyped, rotated, or its node was removed. Get one on the node's page.";
    Refusal::new(RefusalCode::Unauthenticated, message)
}
