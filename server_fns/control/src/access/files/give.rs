//! A file or a folder out of an instance.

use std::io;

use axum::body::Body;
use axum::extract::Request;
use axum::http::header;
use axum::response::Response;
use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt as _, stream};
use model::event::Entrance;
use model::id::InstanceId;
use model::refusal::{Refusal, RefusalCode};
use protocol::path::FilePath;
use protocol::stream::{Found, Target};
use tokio::io::AsyncReadExt as _;
use tokio::time::timeout;
use wire::frame::{self, MAX_FRAME};
use wire::head;

use super::admit::admit;
use super::query::FileQuery;
use super::{Files, PIECE, opened, plain};
use crate::access::permit::while_allowed;
use crate::http::Dialled;
use crate::limits;
use crate::tunnel::Socket;

pub(super) async fn give(files: &Files, id: InstanceId, request: Request) -> Result<Response, Refusal> {
    let shown = (request.headers(), Dialled::address_of(request.extensions()));
    let (path, permit) = admit(files, id, FileQuery::of(request.uri())?, shown, Entrance::Download).await?;
    let name = named(&path);
    let mut stream = opened(files, id, Target::GetFile { path }).await?;
    let lost = || Refusal::new(RefusalCode::Unavailable, "The node was lost on the way.");
    let found = timeout(limits::FILE_PAUSE, head::hear::<Found>(&mut stream)).await;
    let (name, length, bytes) = match found.map_err(|_| lost())?.map_err(|_| lost())? {
        Found::File { bytes } => (name, Some(bytes), file(stream, bytes).boxed()),
        Found::Folder => (format!("{name}.tar"), None, folder(stream).boxed()),
        Found::Nothing { why } => {
            return Err(Refusal::new(
                RefusalCode::NotFound,
                format!("The instance has nothing there: {}.", plain(&why)),
            ));
        }
    };
    let mut response = Response::new(Body::from_stream(while_allowed(&files.core, permit, bytes)));
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

/// The last name of the path, as far as a header can say it: those are text.
fn named(path: &FilePath) -> String {
    let name = path.as_bytes().rsplit(|byte| *byte == b'/').find(|name| !name.is_empty());
    String::from_utf8_lossy(name.unwrap_or_default()).into_owned()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_called_as_its_path_ends() {
        let cases: [(&[u8], &str); 3] = [(b"/srv/a b", "a b"), (b"/srv/deep//", "deep"), (b"/srv/\xff", "\u{fffd}")];
        for (path, name) in cases {
            assert_eq!(named(&FilePath::new(path.to_vec())), name);
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
