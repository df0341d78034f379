//! Files into an instance and out of it, as they are, in one request each.

mod admit;
mod give;
mod query;
mod take;

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use model::id::InstanceId;
use model::refusal::{Refusal, RefusalCode};
use protocol::stream::Target;

use crate::accounts::Credentials;
use crate::core::Core;
use crate::http::refuse;
use crate::tickets::Tickets;
use crate::tunnel::{NoStream, Socket, Tunnels};

use admit::Admission;

/// Bytes that are read at once.
const PIECE: usize = 64 << 10;

pub struct Files {
    core: Core,
    tunnels: Arc<Tunnels>,
    credentials: Arc<Credentials>,
    tickets: Tickets<Admission>,
}

impl Files {
    pub(crate) fn new(core: Core, tunnels: Arc<Tunnels>, credentials: Arc<Credentials>) -> Self {
        Self { core, tunnels, credentials, tickets: Tickets::default() }
    }
}

/// Takes the body as the file at that path. It is there whole or not at all.
pub(crate) async fn put(State(files): State<Arc<Files>>, Path(id): Path<InstanceId>, request: Request) -> Response {
    match take::take(&files, id, request).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(refusal) => refuse(&refusal),
    }
}

/// Gives the file at that path, or the folder as a tape archive.
pub(crate) async fn get(State(files): State<Arc<Files>>, Path(id): Path<InstanceId>, request: Request) -> Response {
    match give::give(&files, id, request).await {
        Ok(response) => response,
        Err(refusal) => refuse(&refusal),
    }
}

async fn opened(files: &Files, id: InstanceId, target: Target) -> Result<Socket, Refusal> {
    let newer = is_newer(&target);
    let unavailable = |why: NoStream| {
        let code = match why {
            NoStream::NotRunning(_) | NoStream::Paused(_) => RefusalCode::Conflict,
            NoStream::NotListening(_) | NoStream::Undeclared(_) | NoStream::NodeAway(_) => RefusalCode::Unavailable,
        };
        let hint = match why {
            NoStream::NodeAway(_) if newer => {
                " A node of before 0.2.0 takes only files whose length is said and whose path is text; update it."
            }
            NoStream::NodeAway(_)
            | NoStream::NotRunning(_)
            | NoStream::Paused(_)
            | NoStream::NotListening(_)
            | NoStream::Undeclared(_) => "",
        };
        Refusal::new(code, format!("No file can be moved: {why}.{hint}"))
    };
    Ok(files.tunnels.open_stream(id, target).await.map_err(unavailable)?.socket)
}

/// Whether a node of before does not understand it. Such a node closes the socket and says nothing.
fn is_newer(target: &Target) -> bool {
    match target {
        Target::PutFile { path, bytes } => bytes.is_none() || path.as_text().is_none(),
        Target::GetFile { path } => path.as_text().is_none(),
        Target::Port { .. } | Target::Datagrams { .. } | Target::Terminal { .. } => false,
    }
}

fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(300).collect::<String>().trim_end_matches('.').to_owned()
}
