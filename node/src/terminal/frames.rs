//! A viewer's socket, as frames.

use std::io;

use bytes::Bytes;
use protocol::terminal::{self, FromViewer, HEAD, ToViewer};
use serde::Serialize;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, ReadHalf, WriteHalf};
use tokio::sync::mpsc;

use crate::stream::Wire;

/// Frames that may wait to be written. What is in them is bounded by what was shown.
const WAITING: usize = 32;

pub(super) struct Frame {
    pub(super) kind: u8,
    pub(super) content: Bytes,
}

impl Frame {
    pub(super) fn json(kind: ToViewer, content: &impl Serialize) -> Self {
        Self { kind: kind.byte(), content: serde_json::to_vec(content).unwrap_or_default().into() }
    }
}

/// Reading is a task of its own, and so is writing: a frame is never lost half read, and nobody waits for a viewer.
pub(super) fn open(wire: Wire) -> (mpsc::Receiver<(FromViewer, Bytes)>, mpsc::Sender<Frame>) {
    let (from_viewer, to_viewer) = tokio::io::split(wire);
    let (heard, hear) = mpsc::channel(WAITING);
    let (say, said) = mpsc::channel(WAITING);
    tokio::spawn(async move {
        // A viewer that is gone says nothing more.
        let _ = read(from_viewer, heard).await;
    });
    tokio::spawn(async move {
        let _ = write(to_viewer, said).await;
    });
    (hear, say)
}

async fn read(mut wire: ReadHalf<Wire>, heard: mpsc::Sender<(FromViewer, Bytes)>) -> io::Result<()> {
    loop {
        let mut head = [0; HEAD];
        tokio::select! {
            () = heard.closed() => return Ok(()),
            read = wire.read_exact(&mut head) => drop(read?),
        }
        let (kind, length) = terminal::read(head).map_err(io::Error::other)?;
        let mut content = vec![0; length];
        wire.read_exact(&mut content).await?;
        let kind = FromViewer::of(kind).ok_or(io::ErrorKind::InvalidData)?;
        if heard.send((kind, content.into())).await.is_err() {
            return Ok(());
        }
    }
}

async fn write(mut wire: WriteHalf<Wire>, mut said: mpsc::Receiver<Frame>) -> io::Result<()> {
    while let Some(Frame { kind, content }) = said.recv().await {
        wire.write_all(&terminal::head(kind, content.len())).await?;
        wire.write_all(&content).await?;
        if said.is_empty() {
            wire.flush().await?;
        }
    }
    wire.shutdown().await
}
