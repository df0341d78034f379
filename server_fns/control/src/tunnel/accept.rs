//! Where nodes dial in for streams.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use model::refusal::{Refusal, RefusalCode};
use model::version::Epoch;
use protocol::stream::{EPOCH_HEADER, UPGRADE};

use super::Tunnels;
use crate::auth::node_key::node_let_in;
use crate::http::listen::Wire;
use crate::http::{Dialled, refuse};
use crate::sparse::Sparse;
use wire::alive;

static SPOKE: Sparse = Sparse::new();

/// Takes one socket from a node whose channel is connected in the epoch that it names.
pub(crate) async fn accept(State(tunnels): State<Arc<Tunnels>>, request: Request) -> Response {
    let node = match node_let_in(&tunnels.core.world(), request.headers()) {
        Ok(found) => found,
        Err(refusal) => return refuse(&refusal),
    };
    let Some(epoch) = asked(request.headers()) else {
        return refuse(&Refusal::new(RefusalCode::Invalid, "This address takes the data sockets of nodes."));
    };
    let connected = tunnels.core.world().links.get(&node).is_some_and(|link| link.connected && link.epoch == epoch);
    if !connected {
        return refuse(&Refusal::new(RefusalCode::Conflict, "The node's channel is another one by now."));
    }
    let near = request.extensions().get::<ConnectInfo<Dialled>>().is_some_and(|info| info.0.is_near());
    let tracker = tunnels.core.tasks.clone();
    tracker.spawn(async move {
        let switched = hyper::upgrade::on(request).await;
        match switched.map(Upgraded::downcast::<TokioIo<Wire>>) {
            Ok(Ok(parts)) if parts.read_buf.is_empty() => {
                let socket = parts.io.into_inner().of_node(near);
                if let Err(error) = alive::watch(socket.tcp()) {
                    tracing::warn!(%error, "a data socket cannot be watched");
                }
                tunnels.arrived(node, epoch, socket);
            }
            Ok(Ok(_)) => {
                if let Some(more) = SPOKE.tells() {
                    tracing::warn!(%node, more, "closed a data socket on which the node spoke first");
                }
            }
            Ok(Err(_)) => tracing::error!("a data socket is no connection of this server"),
            Err(error) => tracing::debug!(%node, %error, "a data socket was not switched"),
        }
    });
    let headers = [(header::CONNECTION, "upgrade"), (header::UPGRADE, UPGRADE)];
    (StatusCode::SWITCHING_PROTOCOLS, headers, Body::empty()).into_response()
}

fn asked(headers: &HeaderMap) -> Option<Epoch> {
    let switch = headers.get(header::UPGRADE)?.to_str().ok()?;
    let epoch = headers.get(EPOCH_HEADER)?.to_str().ok()?.parse().ok()?;
    switch.eq_ignore_ascii_case(UPGRADE).then_some(Epoch(epoch))
}
