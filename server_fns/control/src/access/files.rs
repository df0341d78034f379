//! Files into an instance and out of it, as they are, in one request each.

use std::io;

use axum::body::Body;
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt as _, stream};
use model::id::InstanceId;
use model::refusal::{Refusal, RefusalCode};
use planner::actor::Actor;
use protocol::stream::{Found, Put, Target};
use serde::Deserialize;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::timeout;
use wire::frame::{self, MAX_FRAME};
use wire::head;

use crate::handle::Handle;
use crate::http::cookie::{self, SecureCookies};
use crate::limits;
use crate::router::refuse;
use crate::tunnel::{NoStream, Socket};

/// Below an instance.
pub(crate) const PATH: &str = "/api/v1/instances/{id}/files";
/// Bytes that are read at once.
const PIECE: usize = 64 << 10;
/// As the kernel has it, with room for the name that an unfinished file has.
const LONGEST: usize = 4_000;

#[derive(Deserialize)]
pub(crate) struct Where {
    path: String,
}

/// Takes the body as the file at that path. It is there whole or not at all.
pub(crate) async fn put(
    State(handle): State<Handle>,
    Path(id): Path<InstanceId>,
    Query(Where { path }): Query<Where>,
    request: Request,
) -> Response {
    match take(&handle, id, path, request).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(refusal) => refuse(&refusal),
    }
}

async fn take(handle: &Handle, id: InstanceId, path: String, request: Request) -> Result<(), Refusal> {
    let (parts, body) = request.into_parts();
    may(handle, id, &parts.extensions, &parts.headers).await?;
    let path = checked(path)?;
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
    let mut stream = opened(handle, id, Target::PutFile { path, bytes }).await?;
    let mut body = body.into_data_stream();
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
    match timeout(limits::FILE_PAUSE, head::read::<Put>(&mut stream)).await.map_err(|_| broken())?.map_err(lost)? {
        Put::Done => Ok(()),
        Put::Failed { why } => {
            Err(Refusal::new(RefusalCode::Conflict, format!("The instance refused it: {}.", plain(&why))))
        }
    }
}

/// Gives the file at that path, or the folder as a tape archive.
pub(crate) async fn get(
    State(handle): State<Handle>,
    Path(id): Path<InstanceId>,
    Query(Where { path }): Query<Where>,
    request: Request,
) -> Response {
    match give(&handle, id, path, request).await {
        Ok(response) => response,
        Err(refusal) => refuse(&refusal),
    }
}

async fn give(handle: &Handle, id: InstanceId, path: String, request: Request) -> Result<Response, Refusal> {
    may(handle, id, request.extensions(), request.headers()).await?;
    let path = checked(path)?;
    let name = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned();
    let mut stream = opened(handle, id, Target::GetFile { path }).await?;
    let lost = || Refusal::new(RefusalCode::Unavailable, "The node was lost on the way.");
    let found = timeout(limits::FILE_PAUSE, head::read::<Found>(&mut stream)).await;
    let (name, length, body) = match found.map_err(|_| lost())?.map_err(|_| lost())? {
        Found::File { bytes } => (name, Some(bytes), Body::from_stream(file(stream, bytes))),
        Found::Folder => (format!("{name}.tar"), None, Body::from_stream(folder(stream))),
        Found::Nothing { why } => {
            return Err(Refusal::new(
                RefusalCode::NotFound,
                format!("The instance has nothing there: {}.", plain(&why)),
            ));
        }
    };
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/octet-stream"));
    // It is somebody's file and never a page of ours.
    if let Ok(value) = disposition(&name).parse() {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    if let Some(value) = length.and_then(|length| length.to_string().parse().ok()) {
        headers.insert(header::CONTENT_LENGTH, value);
    }
    Ok(response)
}

/// A file that ends early must not look whole: then the answer breaks off.
fn file(socket: Socket, bytes: u64) -> impl Stream<Item = io::Result<Bytes>> {
    stream::try_unfold((socket, bytes), |(mut socket, left)| async move {
        if left == 0 {
            return Ok(None);
        }
        let mut piece = BytesMut::with_capacity(PIECE);
        if timeout(limits::FILE_PAUSE, socket.read_buf(&mut piece)).await?? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        piece.truncate(usize::try_from(left).unwrap_or(usize::MAX));
        let left = left.saturating_sub(u64::try_from(piece.len()).unwrap_or_default());
        Ok(Some((piece.freeze(), (socket, left))))
    })
}

/// Nor must an archive.
fn folder(socket: Socket) -> impl Stream<Item = io::Result<Bytes>> {
    stream::try_unfold((socket, vec![0; MAX_FRAME]), |(mut socket, mut buffer)| async move {
        let length = timeout(limits::FILE_PAUSE, frame::read(&mut socket, &mut buffer)).await??;
        match length.ok_or(io::ErrorKind::UnexpectedEof)? {
            0 => Ok(None),
            length => {
                let piece = Bytes::copy_from_slice(buffer.get(..length).unwrap_or_default());
                Ok(Some((piece, (socket, buffer))))
            }
        }
    })
}

async fn may(
    handle: &Handle,
    id: InstanceId,
    extensions: &axum::http::Extensions,
    headers: &HeaderMap,
) -> Result<Actor, Refusal> {
    let secure = extensions.get::<SecureCookies>().is_some_and(|secure| secure.0);
    let credential = cookie::credential(headers, secure).ok_or_else(Refusal::unauthenticated)?;
    let actor = handle.authenticate(credential).await?;
    actor.instance(&handle.world(), id)?;
    Ok(actor)
}

async fn opened(handle: &Handle, id: InstanceId, target: Target) -> Result<Socket, Refusal> {
    let unavailable = |why: NoStream| {
        let code = match why {
            NoStream::NotRunning(_) => RefusalCode::Conflict,
            NoStream::NotListening(_) | NoStream::Undeclared(_) | NoStream::NodeAway(_) => RefusalCode::Unavailable,
        };
        Refusal::new(code, format!("No file can be moved: {why}."))
    };
    Ok(handle.open_stream(id, target).await.map_err(unavailable)?.socket)
}

/// A path inside the instance; one that does not begin with `/` is below `/root`. What it means there, links included,
/// is for the instance to decide.
fn checked(path: String) -> Result<String, Refusal> {
    let bad = |why: &str| Err(Refusal::field("path", format!("The path {why}.")));
    if path.trim_matches('/').is_empty() {
        return bad("names nothing");
    }
    if path.len() > LONGEST {
        return bad("is longer than 4,000 bytes");
    }
    if path.chars().any(char::is_control) {
        return bad("contains a control character");
    }
    if path.split('/').any(|part| part == "..") {
        return bad("must not contain `..`");
    }
    // A name such as `-rf` stays a name.
    Ok(if path.starts_with('/') { path } else { format!("/root/{path}") })
}

/// With the name in both forms: the old one for what knows no other, without what could end it.
fn disposition(name: &str) -> String {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_graphic() && !matches!(c, '"' | '\\' | '%') { c } else { '_' }).collect();
    let mut encoded = String::new();
    for byte in name.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-' => encoded.push(char::from(byte)),
            _ => encoded += &format!("%{byte:02X}"),
        }
    }
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(300).collect::<String>().trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_paths() {
        assert_eq!(checked("notes.txt".to_owned()).unwrap(), "/root/notes.txt");
        assert_eq!(checked("-rf".to_owned()).unwrap(), "/root/-rf");
        assert_eq!(checked("/srv/a b/ä".to_owned()).unwrap(), "/srv/a b/ä");
        let long = "a".repeat(5_000);
        for bad in ["", "/", "//", "../x", "a/../../x", "a\0b", "a\nb", "\u{1b}[2J", &long] {
            assert!(checked(bad.to_owned()).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_name_cannot_add_a_header_or_end_its_own() {
        for name in ["a\"; filename=\"b", "a\r\nSet-Cookie: x=1", "..", "%00", "日本.txt", "\u{202e}gpj.exe"] {
            let value = disposition(name);
            assert!(value.is_ascii() && !value.contains(['\r', '\n']), "{value:?}");
            assert_eq!(value.matches('"').count(), 2, "{value}");
        }
    }
}
