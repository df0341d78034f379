//! Dialling one data socket: TCP, TLS where the address says so, and the switch from HTTP to the stream's bytes.

use bytes::Bytes;
use futures_util::FutureExt as _;
use http_body_util::Empty;
use hyper::client::conn::http1;
use hyper::header::{AUTHORIZATION, CONNECTION, HOST, HeaderValue, UPGRADE};
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use model::version::Epoch;
use protocol::stream::EPOCH_HEADER;
use rustls::pki_types::ServerName;
use tokio::io::Interest;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_tungstenite::MaybeTlsStream;

use crate::channel::{Address, ApiKey, WrongPin};
use wire::alive;
use wire::meter::{Ends, Meter, Metered};

/// One connection to the server.
pub(crate) type Socket = MaybeTlsStream<TcpStream>;
/// One socket to the server that carries a stream's bytes.
pub(crate) type Wire = Metered<Socket>;

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

/// By which the system finds the connection.
pub(crate) fn ends(socket: &Socket) -> Option<Ends> {
    tcp(socket).and_then(Ends::of)
}

/// Whether the other end is gone, also where it left bytes behind that nobody has read.
pub(crate) fn is_left(wire: &Wire) -> bool {
    let ready = tcp(wire.get_ref()).and_then(|tcp| tcp.ready(Interest::READABLE).now_or_never());
    ready.is_some_and(|ready| ready.is_ok_and(|ready| ready.is_read_closed()))
}

fn tcp(socket: &Socket) -> Option<&TcpStream> {
    match socket {
        MaybeTlsStream::Plain(tcp) => Some(tcp),
        MaybeTlsStream::Rustls(tls) => Some(tls.get_ref().0),
        _ => None,
    }
}

/// The way to the server that the channel and every data socket take. Nothing was said on it yet: the key is sent only
/// to whom the handshake showed to be the server. The error is a clause.
pub(crate) async fn connect(server: &Address) -> Result<Socket, String> {
    let uri = server.stream();
    let secure = uri.scheme_str() == Some("wss");
    let host = uri.host().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let port = uri.port_u16().unwrap_or(if secure { 443 } else { 80 });
    let tcp = TcpStream::connect((bare, port)).await.map_err(text)?;
    tcp.set_nodelay(true).map_err(text)?;
    alive::watch(&tcp).map_err(text)?;
    if !secure {
        return Ok(MaybeTlsStream::Plain(tcp));
    }
    let name = ServerName::try_from(bare.to_owned()).map_err(text)?;
    let shaken = TlsConnector::from(server.pins().trust()).connect(name, tcp).await;
    let tls = shaken.map_err(|error| WrongPin::of(&error).map_or_else(|| text(&error), text))?;
    Ok(MaybeTlsStream::Rustls(tls))
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}
