//! A file into an instance.

use std::io;
use std::time::Duration;

use protocol::stream::Put;
use tokio::io::{AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::time::{sleep, timeout};
use wire::head;

use super::program::{ANSWER, Mover, STANDS};
use crate::docker::Engine;
use crate::tunnel::{Wire, is_left};

/// Bytes that are read at once.
const PIECE: usize = 64 << 10;
/// How often it is looked whether somebody still waits for a program that takes nothing.
const LOOK: Duration = Duration::from_millis(500);

/// Takes exactly so many bytes, and only then gives them the name that they are to have. `$1` is the path, `$2` the number.
const TAKE: &str = "set -e; if [ -d \"$1\" ]; then echo 'there is a folder of that name' >&2; exit 1; fi; \
                    mkdir -p -- \"$(dirname -- \"$1\")\"; part=\"$1.part-$$\"; trap 'rm -f -- \"$part\"' EXIT; \
                    head -c \"$2\" >\"$part\"; [ \"$(wc -c <\"$part\")\" -eq \"$2\" ]; mv -f -- \"$part\" \"$1\"";

/// Takes a file from the wire, and says on it how that went.
pub(crate) async fn put(engine: &Engine, container: &str, path: &str, bytes: u64, mut wire: Wire) -> io::Result<()> {
    let begun = Mover::begin(engine, container, TAKE, &[path, &bytes.to_string()]).await;
    let mut program = begun.map_err(io::Error::other)?;
    let put = take(&mut program, bytes, &mut wire).await;
    program.end().await;
    head::write(&mut wire, &put?).await
}

/// An error where there is nobody left to be told.
async fn take(program: &mut Mover, bytes: u64, wire: &mut Wire) -> io::Result<Put> {
    let (listening, input) = program.parts();
    let fed = tokio::select! {
        fed = feed(bytes, wire, input) => fed?,
        // A program that ends before it has everything has refused it.
        over = listening => over.map_or_else(|error| Err(error.to_string()), |()| Ok(())),
    };
    if let Err(why) = fed {
        return Ok(Put::Failed { why });
    }
    let over = tokio::select! {
        over = timeout(ANSWER, program.listen()) => over,
        () = gone(wire) => return Err(io::ErrorKind::ConnectionAborted.into()),
    };
    Ok(match over {
        Ok(Ok(())) if program.code().await? == Some(0) => Put::Done,
        Ok(Ok(())) => Put::Failed { why: program.said() },
        Ok(Err(error)) => Put::Failed { why: error.to_string() },
        Err(_) => Put::Failed { why: "its programs do not say in time how it went".to_owned() },
    })
}

/// Until the wire has ended, whatever still lies on it unread.
async fn left_alone(wire: &mut Wire) {
    while !is_left(wire) {
        sleep(LOOK).await;
    }
}

/// Until the wire ends. What still comes on it is for a program that takes no more.
async fn gone(wire: &mut Wire) {
    let mut piece = vec![0; PIECE];
    while wire.read(&mut piece).await.is_ok_and(|count| count > 0) {}
}

/// The outer error is the wire's; the inner one says what is wrong with the program.
async fn feed(bytes: u64, wire: &mut Wire, input: &mut (impl AsyncWrite + Unpin)) -> io::Result<Result<(), String>> {
    let mut left = bytes;
    let mut piece = vec![0; PIECE];
    while left > 0 {
        let most = piece.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let count = wire.read(piece.get_mut(..most).unwrap_or_default()).await?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let written = tokio::select! {
            written = timeout(STANDS, input.write_all(piece.get(..count).unwrap_or_default())) => written,
            () = left_alone(wire) => return Err(io::ErrorKind::ConnectionAborted.into()),
        };
        match written {
            Ok(Ok(())) => {}
            // Its last words say why.
            Ok(Err(_)) => return Ok(Ok(())),
            Err(_) => return Ok(Err("its programs take no more of the file".to_owned())),
        }
        left = left.saturating_sub(u64::try_from(count).unwrap_or_default());
    }
    // Its end must be seen, or a program that waits for more would wait for ever.
    let ended = async {
        input.flush().await?;
        input.shutdown().await
    };
    let ended = tokio::select! {
        ended = timeout(STANDS, ended) => ended,
        () = left_alone(wire) => return Err(io::ErrorKind::ConnectionAborted.into()),
    };
    match ended {
        Ok(_) => Ok(Ok(())),
        Err(_) => Ok(Err("its programs take no more of the file".to_owned())),
    }
}
