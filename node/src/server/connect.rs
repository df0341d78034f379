//! One connection to the server: TCP, and TLS where the address says so.

use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_tungstenite::MaybeTlsStream;
use wire::alive;
use wire::meter::Ends;

use super::address::Address;
use super::pin::WrongPin;

/// One connection to the server.
pub(crate) type Socket = MaybeTlsStream<TcpStream>;

/// By which the system finds the connection.
pub(crate) fn ends(socket: &Socket) -> Option<Ends> {
    tcp(socket).and_then(Ends::of)
}

pub(crate) fn tcp(socket: &Socket) -> Option<&TcpStream> {
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
