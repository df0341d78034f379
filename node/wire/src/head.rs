//! The one message of either end that stands before a stream's bytes.

use std::io;

use protocol::plain::Plain;
use protocol::stream::{self, LENGTH};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

pub async fn read<M: DeserializeOwned>(wire: &mut (impl AsyncRead + Unpin)) -> io::Result<M> {
    let mut length = [0; LENGTH];
    wire.read_exact(&mut length).await?;
    let mut head = vec![0; stream::length(length).map_err(io::Error::other)?];
    wire.read_exact(&mut head).await?;
    stream::decode(&head).map_err(io::Error::other)
}

/// As [`read`], of a node: whatever it says is made plain before anybody sees it.
pub async fn hear<M: DeserializeOwned + Plain>(wire: &mut (impl AsyncRead + Unpin)) -> io::Result<M> {
    read::<M>(wire).await.map(Plain::plain)
}

pub async fn write(wire: &mut (impl AsyncWrite + Unpin), head: &impl Serialize) -> io::Result<()> {
    wire.write_all(&stream::encode(head).map_err(io::Error::other)?).await?;
    wire.flush().await
}
