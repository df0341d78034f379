//! Dialling one data socket: TCP, TLS where the address says so, and the switch from HTTP to the stream's bytes.

use bytes::Bytes;
use http_body_util::Empty;
use hyper::client::conn::http1;
use hyper::header::{AUTHORIZATION, CONNECTION, HOST, HeaderValue, UPGRADE};
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use model::version::Epoch;
use protocol::stream::EPOCH_HEADER;

use crate::server::{Address, ApiKey, Socket, connect, ends};
use crate::stream::Wire;
use wire::meter::Meter;

/// The error is a clause for the log.
///
/// The second value is what came together with the switch: a server that needs the socket at once opens a stream before
/// the answer has been read.
pub(super) async fn dial(server: &Address, key: &ApiKey, epoch: Epoch, meter: &Meter) -> Result<(Wire, Bytes), String> {
    let wire = connect(server).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(wire)).await.map_err(text)?;
    let connection = tokio::spawn(connection.with_upgrades());
    let request = Request::get(server.stream().path())
        .header(HOST, server.authority())
        .header(CONNECTION, "upgrade")
        .header(UPGRADE, protocol::stream::UPGRADE)
        .header(AUTHORIZATION, key.header())
        .header(EPOCH_HEADER, HeaderValue::from(epoch.0))
        .body(Empty::<Bytes>::new())
        .map_err(text)?;
    let answer = sender.send_request(request).await.map_err(text)?;
    if answer.status() != StatusCode::SWITCHING_PROTOCOLS {
        return Err(format!("the server answered with status {}", answer.status()));
    }
    let upgraded = hyper::upgrade::on(answer).await.map_err(text)?;
    connection.await.map_err(text)?.map_err(text)?;
    let parts = upgraded.downcast::<TokioIo<Socket>>().map_err(|_| "the connection is of another kind".to_owned())?;
    let socket = parts.io.into_inner();
    let ends = ends(&socket);
    Ok((meter.metered(socket, ends), parts.read_buf))
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
