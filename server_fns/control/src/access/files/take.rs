//! A file into an instance.

use axum::body::BodyDataStream;
use axum::extract::Request;
use axum::http::header;
use futures_util::StreamExt as _;
use model::id::InstanceId;
use model::refusal::{Refusal, RefusalCode};
use protocol::stream::{Put, Target};
use tokio::io::AsyncWriteExt as _;
use tokio::time::timeout;
use wire::head;

use super::admit::admit;
use super::{Where, opened, plain};
use crate::handle::Handle;
use crate::limits;
use crate::tunnel::Socket;

pub(super) async fn take(handle: &Handle, id: InstanceId, asked: Where, request: Request) -> Result<(), Refusal> {
    let (parts, body) = request.into_parts();
    let (path, permit) = admit(handle, id, asked, &parts.headers).await?;
    if path.ends_with('/') {
        return Err(Refusal::field("path", "The path must name a file, not a folder."));
    }
    let bytes = parts.headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    let bytes: u64 = bytes.ok_or_else(|| {
        Refusal::new(RefusalCode::Invalid, "Say how long the file is: send the header `Content-Length`.")
    })?;
    if bytes > limits::FILE {
        let most = limits::FILE >> 30;
        return Err(Refusal::new(
            RefusalCode::TooLarge,
            format!("A file may have at most {most} GiB; use rsync for more."),
        ));
    }
    let stream = opened(handle, id, Target::PutFile { path, bytes }).await?;
    tokio::select! {
        // What is sent to its end is there, whatever ended at the same moment.
        biased;
        done = send(body.into_data_stream(), stream) => done,
        () = handle.no_longer_allowed(&permit) => {
            let message = "You were signed out or the instance was stopped on the way; nothing was changed.";
            Err(Refusal::new(RefusalCode::Forbidden, message))
        }
    }
}

async fn send(mut body: BodyDataStream, mut stream: Socket) -> Result<(), Refusal> {
    let broken = || Refusal::new(RefusalCode::Invalid, "The file broke off before its end; nothing was changed.");
    let lost = |_| Refusal::new(RefusalCode::Unavailable, "The node was lost on the way; nothing was changed.");
    loop {
        match timeout(limits::FILE_PAUSE, body.next()).await {
            Ok(Some(Ok(piece))) => {
                match timeout(limits::FILE_PAUSE, stream.write_all(&piece)).await {
                    Ok(Ok(())) => {}
                    // The node says why it takes no more.
                    Ok(Err(_)) => break,
                    Err(_) => {
                        let message = "The instance takes no more of the file; nothing was changed.";
                        return Err(Refusal::new(RefusalCode::Unavailable, message));
                    }
                }
            }
            Ok(None) => break,
            Ok(Some(Err(_))) | Err(_) => return Err(broken()),
        }
    }
    match timeout(limits::FILE_PAUSE, head::hear::<Put>(&mut stream)).await.map_err(|_| broken())?.map_err(lost)? {
        Put::Done => Ok(()),
        Put::Failed { why } => {
            Err(Refusal::new(RefusalCode::Conflict, format!("The instance refused it: {}.", plain(&why))))
        }
    }
}
