//! A file or a folder out of an instance.

use std::io;

use bytes::{Bytes, BytesMut};
use protocol::path::FilePath;
use protocol::stream::Found;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::time::timeout;
use wire::frame::{self, MAX_FRAME};
use wire::head;

use super::program::{ANSWER, Mover};
use crate::docker::Engine;

/// Bytes of the line that says what is there.
const LINE: usize = 64;

/// First a line that says what it is, then its bytes.
const GIVE: &str = include_str!("give.sh");

/// What `tar` ends with when a file changed while it was read: the archive is whole, and has what was there.
const CHANGED: i64 = 1;

/// Sends what is at the path: first what it is, then its bytes. Those of a folder are in frames, because nobody knows
/// before how many they are; an empty one says that the archive is whole.
pub(crate) async fn get<W>(engine: &Engine, container: &str, path: &FilePath, wire: W) -> io::Result<()>
where
    W: AsyncRead + AsyncWrite + Unpin,
{
    let mut program = Mover::begin(engine, container, GIVE, path, &[]).await.map_err(io::Error::other)?;
    let (mut from, mut to) = tokio::io::split(wire);
    let gave = tokio::select! {
        gave = give(&mut program, &mut to) => gave,
        // Nothing comes on it but its end.
        _ = from.read_u8() => Err(io::ErrorKind::ConnectionAborted.into()),
    };
    program.end().await;
    gave
}

async fn give(program: &mut Mover, wire: &mut (impl AsyncWrite + Unpin)) -> io::Result<()> {
    let nothing = |why: &str| (Found::Nothing { why: why.to_owned() }, Bytes::new());
    let (found, rest) = match timeout(ANSWER, first(program)).await {
        Ok(Ok(found)) => found,
        Ok(Err(error)) => nothing(&error.to_string()),
        Err(_) => nothing("its programs do not say in time what is there"),
    };
    head::write(wire, &found).await?;
    match found {
        Found::File { bytes } => file(program, rest, bytes, wire).await?,
        Found::Folder => folder(program, rest, wire).await?,
        Found::Nothing { .. } => {}
    }
    wire.shutdown().await
}

/// What is there, and what came of it with the same bytes.
async fn first(program: &mut Mover) -> io::Result<(Found, Bytes)> {
    let mut begun = BytesMut::new();
    while let Some(bytes) = program.given().await? {
        begun.extend_from_slice(&bytes);
        if let Some(end) = begun.iter().take(LINE).position(|byte| *byte == b'\n') {
            let line = begun.split_to(end + 1);
            return Ok((found(&line), begun.freeze()));
        }
        if begun.len() >= LINE {
            return Ok((found(&begun), Bytes::new()));
        }
    }
    Ok((Found::Nothing { why: program.said() }, Bytes::new()))
}

fn found(line: &[u8]) -> Found {
    let text = std::str::from_utf8(line).unwrap_or_default().strip_suffix('\n').unwrap_or_default();
    if text == "folder" {
        return Found::Folder;
    }
    match text.strip_prefix("file ").and_then(|size| size.trim().parse().ok()) {
        Some(bytes) => Found::File { bytes },
        None => Found::Nothing { why: "its programs do not say what is there".to_owned() },
    }
}

/// As many bytes as were promised, and none of what follows.
async fn file(
    program: &mut Mover,
    mut piece: Bytes,
    bytes: u64,
    wire: &mut (impl AsyncWrite + Unpin),
) -> io::Result<()> {
    let mut left = bytes;
    loop {
        piece.truncate(usize::try_from(left).unwrap_or(usize::MAX));
        wire.write_all(&piece).await?;
        left = left.saturating_sub(u64::try_from(piece.len()).unwrap_or_default());
        if left == 0 {
            return Ok(());
        }
        // One that became shorter meanwhile must not look whole.
        piece = program.given().await?.ok_or(io::ErrorKind::UnexpectedEof)?;
    }
}

async fn folder(program: &mut Mover, mut piece: Bytes, wire: &mut (impl AsyncWrite + Unpin)) -> io::Result<()> {
    loop {
        // An empty frame in their midst would say that they are all.
        for part in piece.chunks(MAX_FRAME) {
            frame::write(wire, part).await?;
        }
        match program.given().await? {
            Some(more) => piece = more,
            None => break,
        }
    }
    match program.code().await? {
        Some(0 | CHANGED) => frame::write(wire, &[]).await,
        _ => Err(io::Error::other(program.said())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_two_lines_of_ours_mean_something() {
        assert_eq!(found(b"folder\n"), Found::Folder);
        assert_eq!(found(b"file 12\n"), Found::File { bytes: 12 });
        assert_eq!(found(b"file   7 \n"), Found::File { bytes: 7 });
        for other in [&b""[..], b"folder", b"file\n", b"file -1\n", b"file 1x\n", b"Folder\n", b"\xff\n", &[b'0'; 64]] {
            assert!(matches!(found(other), Found::Nothing { .. }), "{other:?}");
        }
    }
}
