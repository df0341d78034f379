//! A stream that is counted for as long as it lives.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

use super::Entry;

/// How often the system is asked while bytes move. It tells nothing more of a connection that the other end broke off, nor
/// of one that this end has closed first.
const AGAIN: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub struct Metered<S> {
    // Dropped in this order: what the connection counted is asked while it is still there.
    entry: Option<Entry>,
    asked: Instant,
    stream: S,
}

impl<S> Metered<S> {
    pub(super) fn new(entry: Option<Entry>, stream: S) -> Self {
        Self { entry, asked: Instant::now(), stream }
    }

    /// A stream that is on no link.
    pub fn uncounted(stream: S) -> Self {
        Self::new(None, stream)
    }

    /// The stream within, before whatever happens to it now.
    fn counted(self: Pin<&mut Self>) -> Pin<&mut S>
    where
        S: Unpin,
    {
        let this = self.get_mut();
        if this.asked.elapsed() >= AGAIN {
            this.count();
        }
        Pin::new(&mut this.stream)
    }

    fn count(&mut self) {
        self.entry.iter().for_each(Entry::renew);
        self.asked = Instant::now();
    }

    pub const fn get_ref(&self) -> &S {
        &self.stream
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Metered<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.counted().poll_read(cx, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Metered<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.counted().poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.counted().poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.count();
        Pin::new(&mut this.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.counted().poll_write_vectored(cx, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
