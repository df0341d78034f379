//! The bytes of a program with a terminal, as they are. The client's library looks for the heads that the engine writes
//! before the bytes of other programs, finds what looks like one in what a terminal shows, and then waits in memory for
//! as many bytes as that says.

use std::fmt::Display;

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt as _, stream};
use http_body_util::Full;
use hyper::client::conn::http1;
use hyper::header::{CONNECTION, CONTENT_TYPE, HOST, UPGRADE};
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::io::AsyncReadExt as _;
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};

use super::EngineError;
use super::output::Output;

/// Bytes of output that are taken over at once.
const PIECE: usize = 64 << 10;

/// Starts a program that was made with a terminal, and takes its bytes.
pub(super) async fn start(
    socket: &str,
    api: &str,
    exec: &str,
) -> Result<(impl Stream<Item = Result<Output, EngineError>> + Send + use<>, OwnedWriteHalf), EngineError> {
    let wire = UnixStream::connect(socket).await.map_err(unknown)?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(wire)).await.map_err(unknown)?;
    let connection = tokio::spawn(connection.with_upgrades());
    let request = Request::post(format!("/v{api}/exec/{exec}/start"))
        .header(HOST, "docker")
        .header(CONTENT_TYPE, "application/json")
        .header(CONNECTION, "Upgrade")
        .header(UPGRADE, "tcp")
        .body(Full::new(Bytes::from_static(br#"{"Detach":false,"Tty":true}"#)))
        .map_err(unknown)?;
    let answer = sender.send_request(request).await.map_err(unknown)?;
    match answer.status() {
        StatusCode::SWITCHING_PROTOCOLS => {}
        StatusCode::NOT_FOUND => return Err(EngineError::NotFound),
        status => return Err(EngineError::Refused(format!("status {status} to the start of a terminal"))),
    }
    let upgraded = hyper::upgrade::on(answer).await.map_err(unknown)?;
    // It ends with the switch.
    drop(connection.await);
    let parts = upgraded.downcast::<TokioIo<UnixStream>>().map_err(|_| unknown("the connection is of another kind"))?;
    let (read, write) = parts.io.into_inner().into_split();
    let early = Some(parts.read_buf).filter(|early| !early.is_empty());
    Ok((stream::iter(early.map(|early| Ok(Output::Out(early)))).chain(pieces(read)), write))
}

fn pieces(read: OwnedReadHalf) -> impl Stream<Item = Result<Output, EngineError>> + Send {
    stream::try_unfold(read, async |mut read| {
        let mut piece = BytesMut::with_capacity(PIECE);
        let count = read.read_buf(&mut piece).await.map_err(unknown)?;
        Ok((count > 0).then(|| (Output::Out(piece.freeze()), read)))
    })
}

fn unknown(error: impl Display) -> EngineError {
    EngineError::Unknown(error.to_string())
}
