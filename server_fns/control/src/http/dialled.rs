//! How a connection to the server was made.

use std::net::{IpAddr, SocketAddr};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::net::{TcpListener, TcpStream};
use wire::meter::Ends;

/// The two ends of the connection that a request came on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialled {
    pub peer: SocketAddr,
    /// `None` of a connection that was gone as soon as it was there.
    local: Option<SocketAddr>,
}

impl Dialled {
    pub const fn address(&self) -> IpAddr {
        self.peer.ip().to_canonical()
    }

    pub(crate) fn ends(&self) -> Option<Ends> {
        self.local.map(|local| Ends { local, peer: self.peer })
    }
}

impl Connected<IncomingStream<'_, Door>> for Dialled {
    fn connect_info(stream: IncomingStream<'_, Door>) -> Self {
        Self { peer: *stream.remote_addr(), local: stream.io().local_addr().ok() }
    }
}

/// Where the server listens.
#[derive(Debug)]
pub struct Door(pub TcpListener);

impl Listener for Door {
    type Io = TcpStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (TcpStream, SocketAddr) {
        let (socket, peer) = Listener::accept(&mut self.0).await;
        // Without it, a short message that follows another waits for the other end to acknowledge that one: 40 ms.
        let _ = socket.set_nodelay(true);
        (socket, peer)
    }

    fn local_addr(&self) -> std::io::Result<SocketAddr> {
        self.0.local_addr()
    }
}
