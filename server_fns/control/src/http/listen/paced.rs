//! Bodies that are waited for only so long, and that keep their connection's place while they last.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, Incoming, SizeHint};
use tokio::time::{Instant, Sleep, sleep};

/// The body of a request. One that stands still for long ends as if its sender were gone.
pub(super) struct Paced {
    body: Incoming,
    standstill: Duration,
    late: Option<Pin<Box<Sleep>>>,
}

impl Paced {
    pub(super) const fn new(body: Incoming, standstill: Duration) -> Self {
        Self { body, standstill, late: None }
    }
}

impl HttpBody for Paced {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let Self { body, standstill, late } = self.get_mut();
        let polled = Pin::new(body).poll_frame(cx);
        let timer = late.get_or_insert_with(|| Box::pin(sleep(*standstill)));
        if polled.is_ready() {
            timer.as_mut().reset(Instant::now() + *standstill);
            return polled.map(|frame| frame.map(|frame| frame.map_err(axum::Error::new)));
        }
        timer.as_mut().poll(cx).map(|()| Some(Err(axum::Error::new(io::Error::from(io::ErrorKind::TimedOut)))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The body of an answer, and what is held until it has been sent.
pub(super) struct Held<T> {
    body: Body,
    _until_sent: T,
}

impl<T> Held<T> {
    pub(super) const fn new(body: Body, until_sent: T) -> Self {
        Self { body, _until_sent: until_sent }
    }
}

impl<T: Unpin> HttpBody for Held<T> {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
