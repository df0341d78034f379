//! Connections and requests of the doctor. What an answer means is decided elsewhere.

use std::io::{Error, ErrorKind};
use std::net::SocketAddr;
use std::time::Duration;

use http_body_util::{BodyExt as _, Empty};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::HOST;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_tungstenite::MaybeTlsStream;

use super::answer::{Answer, Broken};
use super::target::Target;
use crate::server::Socket;

/// How long one connection and its handshake may each take.
pub(super) const CONNECT: Duration = Duration::from_secs(5);
const ANSWER: Duration = Duration::from_secs(10);
/// How long a connection that failed a request may take to end.
const ENDED: Duration = Duration::from_millis(100);
/// How much of a body is read.
const BODY: usize = 16 << 10;
/// The WebSocket frame that says goodbye, under a mask of zeros. It is no hello, so no node is disturbed by it.
const GOODBYE: [u8; 6] = [0x88, 0x80, 0, 0, 0, 0];

pub(super) type Empties = Empty<bytes::Bytes>;

/// The server, at the address that took a connection.
#[derive(Debug, Clone)]
pub(super) struct Door {
    pub(super) target: Target,
    pub(super) at: SocketAddr,
}

pub(super) async fn tcp(at: SocketAddr) -> Result<TcpStream, Error> {
    let tcp = timeout(CONNECT, TcpStream::connect(at)).await.map_err(|_| Error::from(ErrorKind::TimedOut))??;
    tcp.set_nodelay(true)?;
    Ok(tcp)
}

impl Door {
    /// As the node connects, to this one address.
    pub(super) async fn connect(&self) -> Result<Socket, Error> {
        let tcp = tcp(self.at).await?;
        if !self.target.secure {
            return Ok(MaybeTlsStream::Plain(tcp));
        }
        let name = ServerName::try_from(self.target.host.clone()).map_err(Error::other)?;
        let shaken = timeout(CONNECT, TlsConnector::from(self.target.pins.trust()).connect(name, tcp)).await;
        Ok(MaybeTlsStream::Rustls(shaken.map_err(|_| Error::from(ErrorKind::TimedOut))??))
    }

    pub(super) async fn open(&self) -> Result<Line, Broken> {
        let wire = self.connect().await.map_err(|error| Broken::Failed(error.to_string()))?;
        let (sender, connection) = http1::handshake(TokioIo::new(wire)).await.map_err(|error| broken(&error))?;
        Ok(Line { sender, connection: tokio::spawn(connection.with_upgrades()) })
    }

    /// One request on a connection of its own. A connection that was switched is closed at once.
    pub(super) async fn ask(&self, request: Request<Empties>) -> Result<Answer, Broken> {
        self.open().await?.ask(request).await
    }

    /// A request for that path of DockHost's.
    pub(super) fn get(&self, path: &str) -> Result<Request<Empties>, Broken> {
        let request = Request::get(self.target.path(path)).header(HOST, &self.target.authority);
        request.body(Empty::new()).map_err(|error| Broken::Failed(error.to_string()))
    }
}

/// One connection that takes one request after the other.
pub(super) struct Line {
    sender: SendRequest<Empties>,
    connection: JoinHandle<Result<(), hyper::Error>>,
}

impl Line {
    pub(super) async fn ask(&mut self, request: Request<Empties>) -> Result<Answer, Broken> {
        let whole = async {
            self.sender.ready().await?;
            Ok::<_, hyper::Error>(read(self.sender.send_request(request).await?).await)
        };
        match timeout(ANSWER, whole).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(self.why(broken(&error)).await),
            Err(_) => Err(Broken::Late),
        }
    }

    /// To a peer that speaks before it is asked, such as an SSH server, the request is lost with the connection, and
    /// only the connection knows the reason.
    async fn why(&mut self, of_request: Broken) -> Broken {
        match timeout(ENDED, &mut self.connection).await {
            Ok(Ok(Err(error))) if of_request == Broken::Closed => broken(&error),
            Ok(_) | Err(_) => of_request,
        }
    }
}

/// What of a body cannot be read is left out: status and headers say enough.
async fn read(mut came: Response<Incoming>) -> Answer {
    let mut body = Vec::new();
    if came.status() == StatusCode::SWITCHING_PROTOCOLS {
        if let Ok(upgraded) = hyper::upgrade::on(&mut came).await {
            // A peer that is gone needs no goodbye.
            let _ = TokioIo::new(upgraded).write_all(&GOODBYE).await;
        }
    } else {
        while let Some(Ok(frame)) = came.body_mut().frame().await {
            body.extend_from_slice(frame.data_ref().map(AsRef::as_ref).unwrap_or_default());
            if body.len() >= BODY {
                break;
            }
        }
    }
    let body = String::from_utf8_lossy(&body).into_owned();
    Answer { status: came.status().as_u16(), headers: came.headers().clone(), body }
}

fn broken(error: &hyper::Error) -> Broken {
    let cause = std::error::Error::source(error);
    if error.is_parse() || error.to_string().contains("unexpected message") {
        Broken::NotHttp
    } else if let Some(inner) = cause.and_then(|cause| cause.downcast_ref::<hyper::Error>()) {
        // A request that was cancelled carries what ended its connection.
        broken(inner)
    } else if error.is_incomplete_message() || error.is_closed() || error.is_canceled() || cause.is_some_and(is_cut) {
        Broken::Closed
    } else {
        let cause = cause.map(|cause| format!(": {cause}")).unwrap_or_default();
        Broken::Failed(format!("{error}{cause}"))
    }
}

fn is_cut(cause: &(dyn std::error::Error + 'static)) -> bool {
    let cut = [ErrorKind::ConnectionReset, ErrorKind::BrokenPipe, ErrorKind::UnexpectedEof];
    cause.downcast_ref::<Error>().is_some_and(|error| cut.contains(&error.kind()))
}
