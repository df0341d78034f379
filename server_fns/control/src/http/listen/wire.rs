//! One accepted connection, with or without TLS: its bytes, and the TCP connection beneath.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};
use tokio_rustls::server::TlsStream;

use super::places::Place;

#[derive(Debug)]
pub(crate) struct Wire {
    io: Io,
    /// Held for as long as there is a socket. A connection that was handed over has none.
    place: Option<Arc<Place>>,
    patience: Patience,
    /// The other end is on this very machine, and nothing is in between.
    near: bool,
}

#[derive(Debug)]
enum Io {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// While HTTP is spoken, a reader that takes nothing for long is cut. What the connection carries later may stand still:
/// a shell is stopped for a day.
#[derive(Debug, Default)]
struct Patience {
    ends: Arc<AtomicBool>,
    standstill: Duration,
    waiting: Option<Pin<Box<Sleep>>>,
}

/// Tells a connection that it carries something else than HTTP from now on.
pub(super) struct Switched(Arc<AtomicBool>);

impl From<TcpStream> for Wire {
    fn from(socket: TcpStream) -> Self {
        Self { io: Io::Plain(socket), place: None, patience: Patience::default(), near: false }
    }
}

impl From<TlsStream<TcpStream>> for Wire {
    fn from(stream: TlsStream<TcpStream>) -> Self {
        Self { io: Io::Tls(Box::new(stream)), place: None, patience: Patience::default(), near: false }
    }
}

impl Wire {
    /// From now on HTTP is spoken on it.
    pub(super) fn serving(mut self, place: Arc<Place>, standstill: Duration) -> (Self, Switched) {
        self.place = Some(place);
        let ends = Arc::new(AtomicBool::new(true));
        self.patience = Patience { ends: Arc::clone(&ends), standstill, waiting: None };
        (self, Switched(ends))
    }

    /// Its other end has shown a key of a node, and what that may hold is bounded elsewhere.
    pub(crate) fn of_node(mut self, near: bool) -> Self {
        (self.place, self.near) = (None, near);
        self
    }

    pub(crate) fn tcp(&self) -> &TcpStream {
        match &self.io {
            Io::Plain(socket) => socket,
            Io::Tls(stream) => stream.get_ref().0,
        }
    }

    pub(crate) const fn is_near(&self) -> bool {
        self.near
    }
}

impl Switched {
    pub(super) fn now(&self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

impl Patience {
    /// What became of a write, unless it has waited for too long.
    fn bound<T>(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() || !self.ends.load(Ordering::Relaxed) {
            self.waiting = None;
            return written;
        }
        let standstill = self.standstill;
        let waiting = self.waiting.get_or_insert_with(|| Box::pin(sleep(standstill)));
        match waiting.as_mut().poll(cx) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match &mut self.get_mut().io {
            Io::Plain(socket) => Pin::new(socket).poll_read(cx, buffer),
            Io::Tls(stream) => Pin::new(stream).poll_read(cx, buffer),
        }
    }
}

impl AsyncWrite for Wire {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let Self { io, patience, .. } = self.get_mut();
        let written = match io {
            Io::Plain(socket) => Pin::new(socket).poll_write(cx, bytes),
            Io::Tls(stream) => Pin::new(stream).poll_write(cx, bytes),
        };
        patience.bound(cx, written)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let Self { io, patience, .. } = self.get_mut();
        let written = match io {
            Io::Plain(socket) => Pin::new(socket).poll_write_vectored(cx, parts),
            Io::Tls(stream) => Pin::new(stream).poll_write_vectored(cx, parts),
        };
        patience.bound(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        match &self.io {
            Io::Plain(socket) => socket.is_write_vectored(),
            Io::Tls(stream) => stream.is_write_vectored(),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Self { io, patience, .. } = self.get_mut();
        let flushed = match io {
            Io::Plain(socket) => Pin::new(socket).poll_flush(cx),
            Io::Tls(stream) => Pin::new(stream).poll_flush(cx),
        };
        patience.bound(cx, flushed)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Self { io, patience, .. } = self.get_mut();
        let shut = match io {
            Io::Plain(socket) => Pin::new(socket).poll_shutdown(cx),
            Io::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
        };
        patience.bound(cx, shut)
    }
}
