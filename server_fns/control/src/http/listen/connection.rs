//! One connection, from its first byte to its end.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use model::refusal::{Refusal, RefusalCode};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tower::Service as _;

use super::limits::{self, Patience};
use super::paced::{Held, Paced, Streams};
use super::places::{Busy, Place};
use super::wire::Wire;
use super::{Shared, plain};
use crate::http::{Dialled, refuse};

/// What TLS says first.
const HANDSHAKE: u8 = 0x16;
/// What HTTP/2 says first, and no method of HTTP/1 begins with.
const SEVERAL: &[u8] = b"PRI";
const PIECE: Duration = Duration::from_millis(20);
/// As HTTP/2 is called in a TLS handshake.
pub(super) const H2: &[u8] = b"h2";

pub(super) async fn serve(
    shared: Arc<Shared>,
    socket: TcpStream,
    dialled: Dialled,
    place: Arc<Place>,
    stopping: CancellationToken,
) {
    let patience = shared.patience;
    // Without it, a short message that follows another waits for the other end to acknowledge that one: 40 ms.
    let _ = socket.set_nodelay(true);
    let (wire, several) = match &shared.tls {
        None => {
            let Ok(Ok(several)) = timeout(patience.head, begins_with_several(&socket)).await else { return };
            (Wire::from(socket), several)
        }
        Some(acceptor) => {
            let greeted = async {
                let mut first = [0];
                match socket.peek(&mut first).await {
                    Ok(1) if first[0] == HANDSHAKE => Some(acceptor.accept(socket).await),
                    Ok(1) => {
                        plain::tell(socket, patience.plain).await;
                        None
                    }
                    Ok(_) | Err(_) => None,
                }
            };
            let Ok(Some(Ok(stream))) = timeout(patience.handshake, greeted).await else { return };
            let several = stream.get_ref().1.alpn_protocol() == Some(H2);
            (Wire::from(stream), several)
        }
    };
    let (wire, switched) = wire.serving(Arc::clone(&place), patience.standstill);
    let asked = Arc::new(OpenRequests::default());
    let service = {
        let (shared, asked) = (Arc::clone(&shared), Arc::clone(&asked));
        service_fn(move |request| answer(Arc::clone(&shared), dialled, Arc::clone(&place), Arc::clone(&asked), request))
    };
    if several {
        let connection = with_several(patience).serve_connection(TokioIo::new(wire), service);
        let mut connection = std::pin::pin!(connection);
        let quiet = asked.quiet(patience);
        tokio::select! {
            ended = connection.as_mut() => return log(ended),
            () = stopping.cancelled() => {}
            () = quiet => {}
        }
        connection.as_mut().graceful_shutdown();
        drop(timeout(patience.last_requests, connection).await);
        return;
    }
    let head = if shared.proxies.is_trusted(dialled.peer.ip()) { patience.head_of_proxy } else { patience.head };
    let connection = with_one(head).serve_connection(TokioIo::new(wire), service).with_upgrades();
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stopping.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    switched.now();
    log(ended);
}

/// Whether HTTP/2 is spoken without having been agreed on, as programs do who know that it is.
async fn begins_with_several(socket: &TcpStream) -> io::Result<bool> {
    let mut first = [0; SEVERAL.len()];
    loop {
        let length = socket.peek(&mut first).await?;
        let begun = &first[..length];
        if length == 0 || length == SEVERAL.len() || !SEVERAL.starts_with(begun) {
            return Ok(begun == SEVERAL);
        }
        // It is ready to be read already, so there is nothing that tells of the next byte.
        sleep(PIECE).await;
    }
}

fn log(ended: hyper::Result<()>) {
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection broke off");
    }
}

fn with_one(head: Duration) -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(head)
        .max_buf_size(limits::HEAD_BYTES)
        .max_headers(limits::HEAD_LINES);
    builder
}

fn with_several(patience: Patience) -> http2::Builder<Streams> {
    let mut builder = http2::Builder::new(Streams { standstill: patience.standstill });
    builder
        .timer(TokioTimer::new())
        .max_concurrent_streams(limits::STREAMS)
        .max_header_list_size(u32::try_from(limits::HEAD_BYTES).unwrap_or(u32::MAX))
        .max_send_buf_size(limits::SEND_BUFFER)
        .keep_alive_interval(patience.ask)
        .keep_alive_timeout(patience.ask);
    builder
}

/// Requests of one connection that are being answered.
#[derive(Default)]
struct OpenRequests {
    now: AtomicUsize,
    ever: AtomicUsize,
    changed: Notify,
}

struct OpenRequest(Arc<OpenRequests>);

impl OpenRequests {
    fn begin(self: &Arc<Self>) -> OpenRequest {
        self.now.fetch_add(1, Ordering::Relaxed);
        self.ever.fetch_add(1, Ordering::Relaxed);
        self.changed.notify_one();
        OpenRequest(Arc::clone(self))
    }

    /// Until nothing was asked for so long that the connection is of no use. The first request is due soon.
    async fn quiet(&self, patience: Patience) {
        loop {
            let wait = if self.ever.load(Ordering::Relaxed) == 0 { patience.head } else { patience.idle };
            let changed = timeout(wait, self.changed.notified()).await.is_ok();
            if !changed && self.now.load(Ordering::Relaxed) == 0 {
                return;
            }
        }
    }
}

impl Drop for OpenRequest {
    fn drop(&mut self) {
        self.0.now.fetch_sub(1, Ordering::Relaxed);
        self.0.changed.notify_one();
    }
}

async fn answer(
    shared: Arc<Shared>,
    dialled: Dialled,
    place: Arc<Place>,
    asked: Arc<OpenRequests>,
    request: Request<Incoming>,
) -> Result<Response<Held<(Option<Busy>, OpenRequest)>>, Infallible> {
    let asking = asked.begin();
    let dialled = dialled.of(&shared.proxies, request.headers());
    let client = dialled.behind_proxy();
    let Some(busy) = place.busy(client) else {
        let told = format!(
            "Your address has {} requests open here. Try again when some of them have ended.",
            limits::OF_ADDRESS
        );
        let refusal = refuse(&Refusal::new(RefusalCode::RateLimited, told));
        return Ok(refusal.map(|body| Held::new(body, (None, asking))));
    };
    let mut request = request.map(|body| Body::new(Paced::new(body, shared.patience.standstill)));
    request.extensions_mut().insert(ConnectInfo(dialled));
    let response = shared.router.clone().call(request).await?;
    if response.status() == StatusCode::SWITCHING_PROTOCOLS {
        place.stay(client);
    }
    Ok(response.map(|body| Held::new(body, (Some(busy), asking))))
}
