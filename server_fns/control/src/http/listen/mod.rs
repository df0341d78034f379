//! The listener: it takes connections on, speaks TLS where that is wanted, and hands requests to the router. It waits for
//! nobody for long, and holds no more connections than it can.

mod connection;
mod limits;
mod paced;
mod places;
mod plain;
mod wire;

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use rustls::ServerConfig;
use tokio::net::TcpListener;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::tls::Keeper;
use super::{Dialled, TrustedProxies, network};
use crate::sparse::Sparse;
use limits::Patience;
use places::Places;

pub(crate) use wire::Wire;

/// A bound socket, and how it is spoken to.
pub struct Door {
    listener: TcpListener,
    tls: Option<Arc<Keeper>>,
    proxies: Arc<TrustedProxies>,
    most: usize,
    patience: Patience,
    /// Somebody on this machine carries many people's connections.
    carried: bool,
}

/// What every connection needs.
struct Shared {
    router: Router,
    tls: Option<TlsAcceptor>,
    proxies: Arc<TrustedProxies>,
    patience: Patience,
}

static FAILED: Sparse = Sparse::new();

impl Door {
    /// `tls`: whose certificate, if TLS is spoken here. `most`: how many connections it may hold.
    pub const fn new(
        listener: TcpListener,
        tls: Option<Arc<Keeper>>,
        proxies: Arc<TrustedProxies>,
        most: usize,
    ) -> Self {
        Self { listener, tls, proxies, most, patience: Patience::USUAL, carried: false }
    }

    /// A proxy on this machine is in front that nobody named, so an address of loopback is not one client's.
    #[must_use]
    pub fn behind_unnamed(self, carried: bool) -> Self {
        Self { carried, ..self }
    }

    /// # Errors
    /// As the system refuses, such as `Address already in use`.
    pub fn bind(address: SocketAddr) -> io::Result<TcpListener> {
        ::wire::listen::tcp(address)
    }

    /// As it is on a machine of one's own: no TLS, and no proxy in front.
    pub fn plain(listener: TcpListener) -> Self {
        Self::new(listener, None, Arc::default(), usize::MAX)
    }

    /// Accepts until `stop`, and then waits for requests that are being answered, but not for long.
    pub async fn serve(self, router: Router, stop: impl Future<Output = ()>) {
        let Self { listener, tls, proxies, most, patience, carried } = self;
        let mut stop = std::pin::pin!(stop);
        let stopping = CancellationToken::new();
        let places = Places::new(most, limits::OF_ADDRESS);
        let shared = Arc::new(Shared { router, tls: tls.map(acceptor), proxies, patience });
        let (tasks, cut) = (TaskTracker::new(), CancellationToken::new());
        loop {
            let accepted = tokio::select! {
                () = stop.as_mut() => break,
                accepted = listener.accept() => accepted,
            };
            let (socket, peer) = match accepted {
                Ok(accepted) => accepted,
                // It was gone before it was taken on.
                Err(error) if error.kind() == ErrorKind::ConnectionAborted => continue,
                Err(error) => {
                    if let Some(more) = FAILED.tells() {
                        tracing::warn!(%error, more, "a connection could not be accepted");
                    }
                    sleep(limits::ACCEPT_PAUSE).await;
                    continue;
                }
            };
            let dialled = Dialled::new(peer, socket.local_addr().ok());
            let cut = cut.child_token();
            let carrier = carried && peer.ip().to_canonical().is_loopback();
            let shared_address = carrier || shared.proxies.is_trusted(peer.ip());
            // Whoever comes beyond the bounds is told nothing: every word would cost what they are to save.
            let Some(place) = places.enter(network(peer.ip()), shared_address, cut.clone()) else { continue };
            let serving = connection::serve(Arc::clone(&shared), socket, dialled, place, stopping.clone());
            tasks.spawn(async move {
                tokio::select! {
                    () = serving => {}
                    () = cut.cancelled() => {}
                }
            });
        }
        drop(listener);
        stopping.cancel();
        tasks.close();
        if timeout(patience.last_requests, tasks.wait()).await.is_err() {
            cut.cancel();
            tasks.wait().await;
        }
    }
}

fn acceptor(certificate: Arc<Keeper>) -> TlsAcceptor {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let versions = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder = versions.expect("the provider knows TLS 1.2 and 1.3");
    let mut config = builder.with_no_client_auth().with_cert_resolver(certificate);
    config.alpn_protocols = vec![connection::H2.to_vec(), b"http/1.1".to_vec()];
    TlsAcceptor::from(Arc::new(config))
}

#[cfg(test)]
mod tests;
