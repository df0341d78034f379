//! The one message of either end that stands before a stream's bytes.

use std::io;

use protocol::stream::{self, LENGTH};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

pub(crate) async fn read<M: DeserializeOwned>(socket: &mut TcpStream) -> io::Result<M> {
    let mut length = [0; LENGTH];
    socket.read_exact(&mut length).await?;
    let mut head = vec![0; stream::length(length).map_err(io::Error::other)?];
    socket.read_exact(&mut head).await?;
    stream::decode(&head).map_err(io::Error::other)
}

pub(crate) async fn write(socket: &mut TcpStream, head: &impl Serialize) -> io::Result<()> {
    socket.write_all(&stream::encode(head).map_err(io::Error::other)?).await
}
