//! A file into an instance.

use axum::body::{BodyDataStream, HttpBody as _};
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use futures_util::StreamExt as _;
use model::event::Entrance;
use model::id::InstanceId;
use model::refusal::{Refusal, RefusalCode};
use protocol::stream::{Put, Target};
use tokio::io::{AsyncWrite, AsyncWriteExt as _};
use tokio::time::timeout;
use wire::frame::{self, MAX_FRAME};
use wire::head;

use super::admit::admit;
use super::query::FileQuery;
use super::{Files, opened, plain};
use crate::access::permit::no_longer_allowed;
use crate::http::{Dialled, discard};
use crate::limits;
use crate::tunnel::Socket;

pub(super) async fn take(files: &Files, id: InstanceId, request: Request) -> Result<(), Refusal> {
    let (parts, body) = request.into_parts();
    let is_empty = body.is_end_stream();
    let mut body = body.into_data_stream();
    let taken = taken(files, id, &parts, &mut body, is_empty).await;
    // Whoever asks before sending has sent nothing, and is not to be asked for it now.
    if taken.is_err() && !parts.headers.contains_key(header::EXPECT) {
        discard(body).await;
    }
    taken
}

async fn taken(
    files: &Files,
    id: InstanceId,
    parts: &Parts,
    body: &mut BodyDataStream,
    is_empty: bool,
) -> Result<(), Refusal> {
    let shown = (&parts.headers, Dialled::address_of(&parts.extensions));
    let (path, permit) = admit(files, id, FileQuery::of(&parts.uri)?, shown, Entrance::Upload).await?;
    if matches!(path.as_bytes().rsplit(|byte| *byte == b'/').next(), Some(b"" | b".")) {
        return Err(Refusal::field("path", "The path must name a file, not a folder."));
    }
    if parts.headers.contains_key(header::CONTENT_RANGE) {
        // A client that goes on with a broken transfer would make a file of its end.
        let message = "A file is taken as a whole: send all of it, without the header `Content-Range`.";
        return Err(Refusal::new(RefusalCode::Invalid, message));
    }
    let bytes = length(&parts.headers);
    if bytes.is_none() && is_empty {
        let message = "The request has no body. Send the file as its body; for an empty one send `Content-Length: 0`.";
        return Err(Refusal::new(RefusalCode::Invalid, message));
    }
    if bytes.is_some_and(|bytes| bytes > limits::FILE) {
        return Err(too_large());
    }
    let stream = opened(files, id, Target::PutFile { path, bytes }).await?;
    tokio::select! {
        // What is sent to its end is there, whatever ended at the same moment.
        biased;
        done = send(body, stream, bytes.is_some()) => done,
        () = no_longer_allowed(&files.core, &permit) => {
            let message = "You were signed out or the instance was stopped on the way; nothing was changed.";
            Err(Refusal::new(RefusalCode::Forbidden, message))
        }
    }
}

fn length(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn too_large() -> Refusal {
    let most = limits::FILE >> 30;
    Refusal::new(RefusalCode::TooLarge, format!("A file may have at most {most} GiB; use rsync for more."))
}

fn broken() -> Refusal {
    Refusal::new(RefusalCode::Invalid, "The file broke off before its end; nothing was changed.")
}

async fn send(body: &mut BodyDataStream, stream: Socket, is_counted: bool) -> Result<(), Refusal> {
    let (mut from, mut to) = tokio::io::split(stream);
    let answer = head::hear::<Put>(&mut from);
    tokio::pin!(answer);
    let heard = tokio::select! {
        // The instance may refuse the file before it has all of it.
        heard = &mut answer => heard,
        sent = carry(body, &mut to, is_counted) => {
            sent?;
            timeout(limits::FILE_PAUSE, answer).await.map_err(|_| broken())?
        }
    };
    match heard
        .map_err(|_| Refusal::new(RefusalCode::Unavailable, "The node was lost on the way; nothing was changed."))?
    {
        Put::Done => Ok(()),
        Put::Failed { why } => {
            Err(Refusal::new(RefusalCode::Conflict, format!("The instance refused it: {}.", plain(&why))))
        }
    }
}

/// All of the file, in frames if nobody knows how much that is.
async fn carry(body: &mut BodyDataStream, to: &mut (impl AsyncWrite + Unpin), is_counted: bool) -> Result<(), Refusal> {
    let mut left = limits::FILE;
    loop {
        let piece = match timeout(limits::FILE_PAUSE, body.next()).await {
            Ok(Some(Ok(piece))) => piece,
            Ok(None) => break,
            Ok(Some(Err(_))) | Err(_) => return Err(broken()),
        };
        let length = u64::try_from(piece.len()).unwrap_or(u64::MAX);
        left = left.checked_sub(length).ok_or_else(too_large)?;
        let written = async {
            if is_counted {
                return to.write_all(&piece).await;
            }
            for part in piece.chunks(MAX_FRAME) {
                frame::write(to, part).await?;
            }
            Ok(())
        };
        match timeout(limits::FILE_PAUSE, written).await {
            Ok(Ok(())) => {}
            // The node says why it takes no more.
            Ok(Err(_)) => return Ok(()),
            Err(_) => {
                let message = "The instance takes no more of the file; nothing was changed.";
                return Err(Refusal::new(RefusalCode::Unavailable, message));
            }
        }
    }
    // One that cannot be written has an answer on it.
    let _ = if is_counted { to.flush().await } else { frame::write(to, &[]).await };
    Ok(())
}
