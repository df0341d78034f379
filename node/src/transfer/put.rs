//! A file into an instance.

use std::io;
use std::time::Duration;

use protocol::path::FilePath;
use protocol::stream::Put;
use tokio::io::{AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::time::{sleep, timeout};
use wire::{frame, head};

use super::program::{ANSWER, Mover, STANDS};
use crate::docker::Engine;
use crate::stream::{Wire, is_left};

/// Bytes that are read at once, and room for a frame.
const PIECE: usize = 64 << 10;
/// How often it is looked whether somebody still waits for a program that takes nothing.
const LOOK: Duration = Duration::from_millis(500);

/// How long whoever sent a file may take to hear how that went.
const HEARS: Duration = Duration::from_secs(10);

/// Gives a file its name once all of it is there, with the mark behind its last byte, whose length is in `$3` where known.
const TAKE: &str = include_str!("take.sh");
/// Bytes of the mark.
const MARK: usize = 32;

/// Takes a file from the wire, and says on it how that went.
pub(crate) async fn put(
    engine: &Engine,
    container: &str,
    path: &FilePath,
    bytes: Option<u64>,
    mut wire: Wire,
) -> io::Result<()> {
    // Nobody who sends a file knows how a whole one will end.
    let mut mark = [0; MARK / 2];
    getrandom::fill(&mut mark).map_err(|error| io::Error::other(error.to_string()))?;
    let mark = hex::encode(mark);
    let all = bytes.map(|bytes| bytes.saturating_add(MARK as u64).to_string()).unwrap_or_default();
    let begun = Mover::begin(engine, container, TAKE, path, &[&mark, &all]).await;
    let mut program = begun.map_err(io::Error::other)?;
    let put = take(&mut program, bytes, &mark, &mut wire).await;
    program.end().await;
    head::write(&mut wire, &put?).await?;
    wire.shutdown().await?;
    // What still comes is read: closed over it, the wire would lose the answer.
    let _ = timeout(HEARS, gone(&mut wire)).await;
    Ok(())
}

/// An error where there is nobody left to be told.
async fn take(program: &mut Mover, bytes: Option<u64>, mark: &str, wire: &mut Wire) -> io::Result<Put> {
    let (listening, input) = program.parts();
    let fed = tokio::select! {
        fed = feed(bytes, mark, wire, input) => fed?,
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
async fn feed(
    bytes: Option<u64>,
    mark: &str,
    wire: &mut Wire,
    input: &mut (impl AsyncWrite + Unpin),
) -> io::Result<Result<(), String>> {
    let mut left = bytes;
    let mut buffer = vec![0; PIECE];
    loop {
        let count = next(&mut left, wire, &mut buffer).await?;
        let piece = if count == 0 { mark.as_bytes() } else { buffer.get(..count).unwrap_or_default() };
        let written = tokio::select! {
            written = timeout(STANDS, input.write_all(piece)) => written,
            () = left_alone(wire) => return Err(io::ErrorKind::ConnectionAborted.into()),
        };
        match written {
            Ok(Ok(())) if count == 0 => break,
            Ok(Ok(())) => {}
            // Its last words say why.
            Ok(Err(_)) => return Ok(Ok(())),
            Err(_) => return Ok(Err("its programs take no more of the file".to_owned())),
        }
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

/// How many bytes of the file came next; none at its end. One that breaks off has no end.
async fn next(left: &mut Option<u64>, wire: &mut Wire, buffer: &mut [u8]) -> io::Result<usize> {
    let Some(left) = left else {
        return frame::read(wire, buffer).await?.ok_or_else(|| io::ErrorKind::UnexpectedEof.into());
    };
    if *left == 0 {
        return Ok(0);
    }
    let most = buffer.len().min(usize::try_from(*left).unwrap_or(usize::MAX));
    let count = wire.read(buffer.get_mut(..most).unwrap_or_default()).await?;
    if count == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    *left = left.saturating_sub(u64::try_from(count).unwrap_or_default());
    Ok(count)
}
