//! Files into an instance and out of it, by programs that run inside: what a path means there is decided there, and no
//! link in it leads anywhere else.

use std::io;

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, stream};
use protocol::stream::{Found, Put};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

use crate::docker::{Engine, EngineError, Output, Program, Running};
use wire::frame::{self, MAX_FRAME};
use wire::head;

/// Bytes that are read at once.
const PIECE: usize = 64 << 10;
/// Bytes of what a program complains that are told.
const COMPLAINT: usize = 1_000;

trait Pieces: Stream<Item = Result<Output, EngineError>> + Unpin {}
impl<S: Stream<Item = Result<Output, EngineError>> + Unpin> Pieces for S {}

/// Takes exactly so many bytes, and only then gives them the name that they are to have. `$1` is the path, `$2` the number.
const TAKE: &str = "set -e; if [ -d \"$1\" ]; then echo 'there is a folder of that name' >&2; exit 1; fi; \
                    mkdir -p -- \"$(dirname -- \"$1\")\"; part=\"$1.part-$$\"; trap 'rm -f -- \"$part\"' EXIT; \
                    head -c \"$2\" >\"$part\"; [ \"$(wc -c <\"$part\")\" -eq \"$2\" ]; mv -f -- \"$part\" \"$1\"";
/// First a line that says what it is, then its bytes: a file as it is, a folder as a tape archive. Whoever reads them
/// may go away before the end, and the engine would go on reading in their place: then the input ends, and so does it.
/// It ends as the program that read them did.
const GIVE: &str = "set -e; exec 3<&0; \
                    give() { \"$@\" & it=$!; \
                    { while read -r _; do :; done; kill \"$it\"; } <&3 >/dev/null 2>&1 & gone=$!; \
                    code=0; wait \"$it\" || code=$?; kill \"$gone\"; return \"$code\"; }; \
                    if [ -d \"$1\" ]; then printf 'folder\\n'; \
                    give tar -C \"$(dirname -- \"$1\")\" -cf - -- \"$(basename -- \"$1\")\"; exit; fi; \
                    if [ ! -f \"$1\" ]; then echo 'there is no file or folder of that name' >&2; exit 1; fi; \
                    printf 'file %s\\n' \"$(wc -c <\"$1\")\"; give cat -- \"$1\"";

/// What `tar` ends with when a file changed while it was read: the archive is whole, and has what was there.
const CHANGED: i64 = 1;

fn program(script: &str, arguments: &[&str]) -> Program {
    let arguments = ["/bin/sh", "-c", script, "sh"].iter().chain(arguments).map(|text| (*text).to_owned()).collect();
    Program { arguments, ..Program::default() }
}

/// Takes a file from the wire, and says on it how that went.
pub(crate) async fn put<W>(engine: &Engine, container: &str, path: &str, bytes: u64, mut wire: W) -> io::Result<()>
where
    W: AsyncRead + AsyncWrite + Unpin,
{
    let Running { id, mut output, mut input } =
        engine.exec(container, program(TAKE, &[path, &bytes.to_string()])).await.map_err(io::Error::other)?;
    let mut complaint = String::new();
    let fed = async {
        let mut left = bytes;
        let mut piece = vec![0; PIECE];
        while left > 0 {
            let most = piece.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            let count = wire.read(piece.get_mut(..most).unwrap_or_default()).await?;
            if count == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            input.write_all(piece.get(..count).unwrap_or_default()).await?;
            left = left.saturating_sub(u64::try_from(count).unwrap_or_default());
        }
        input.flush().await?;
        // Its end must be seen, or a program that waits for more would wait for ever.
        input.shutdown().await
    };
    let fed = tokio::select! {
        fed = fed => fed,
        // A program that ends before it has everything has refused it.
        () = listen(&mut output, &mut complaint) => Ok(()),
    };
    drop(input);
    fed?;
    listen(&mut output, &mut complaint).await;
    let code = engine.exit_code(&id).await.map_err(io::Error::other)?;
    let put = if code == Some(0) { Put::Done } else { Put::Failed { why: said(&complaint) } };
    head::write(&mut wire, &put).await
}

/// Sends what is at the path: first what it is, then its bytes. Those of a folder are in frames, because nobody knows
/// before how many they are; an empty one says that the archive is whole.
pub(crate) async fn get<W>(engine: &Engine, container: &str, path: &str, mut wire: W) -> io::Result<()>
where
    W: AsyncRead + AsyncWrite + Unpin,
{
    // Its input stays open as long as somebody takes what it gives.
    let Running { id, mut output, input: _taken } =
        engine.exec(container, program(GIVE, &[path])).await.map_err(io::Error::other)?;
    let (mut begun, mut complaint) = (Vec::new(), String::new());
    while let Some(piece) = output.next().await {
        match piece.map_err(io::Error::other)? {
            Output::Error(bytes) => complain(&mut complaint, &bytes),
            Output::Out(bytes) => {
                begun.extend_from_slice(&bytes);
                if let Some(line) = begun.iter().position(|byte| *byte == b'\n') {
                    let rest = Bytes::from(begun.split_off(line + 1));
                    let found = found(&begun);
                    head::write(&mut wire, &found).await?;
                    let pieces = stream::iter([Ok(Output::Out(rest))]).chain(output);
                    match found {
                        Found::File { .. } => file(pieces, &mut wire).await?,
                        Found::Folder => folder(engine, &id, pieces, &mut wire).await?,
                        Found::Nothing { .. } => {}
                    }
                    return wire.shutdown().await;
                }
            }
        }
    }
    head::write(&mut wire, &Found::Nothing { why: said(&complaint) }).await
}

async fn file(mut pieces: impl Pieces, wire: &mut (impl AsyncWrite + Unpin)) -> io::Result<()> {
    while let Some(piece) = pieces.next().await {
        if let Output::Out(bytes) = piece.map_err(io::Error::other)? {
            wire.write_all(&bytes).await?;
        }
    }
    Ok(())
}

async fn folder(
    engine: &Engine,
    program: &str,
    mut pieces: impl Pieces,
    wire: &mut (impl AsyncWrite + Unpin),
) -> io::Result<()> {
    let mut complaint = String::new();
    while let Some(piece) = pieces.next().await {
        match piece.map_err(io::Error::other)? {
            Output::Error(bytes) => complain(&mut complaint, &bytes),
            Output::Out(bytes) => {
                // An empty frame in their midst would say that they are all.
                for part in bytes.chunks(MAX_FRAME) {
                    frame::write(wire, part).await?;
                }
            }
        }
    }
    match engine.exit_code(program).await.map_err(io::Error::other)? {
        Some(0 | CHANGED) => frame::write(wire, &[]).await,
        _ => Err(io::Error::other(said(&complaint))),
    }
}

fn found(line: &[u8]) -> Found {
    let text = String::from_utf8_lossy(line);
    match text.trim_end().strip_prefix("file ").and_then(|size| size.trim().parse().ok()) {
        Some(bytes) => Found::File { bytes },
        None => Found::Folder,
    }
}

async fn listen(output: &mut impl Pieces, complaint: &mut String) {
    while let Some(Ok(piece)) = output.next().await {
        if let Output::Error(bytes) = piece {
            complain(complaint, &bytes);
        }
    }
}

fn complain(complaint: &mut String, bytes: &Bytes) {
    if complaint.len() < COMPLAINT {
        complaint
            .extend(String::from_utf8_lossy(bytes).chars().filter(|c| !c.is_control() || *c == '\n').take(COMPLAINT));
    }
}

/// The last line: what comes before it is how the program got there.
fn said(complaint: &str) -> String {
    let line = complaint.lines().map(str::trim).rfind(|line| !line.is_empty());
    line.unwrap_or("the transfer was cut off").to_owned()
}
