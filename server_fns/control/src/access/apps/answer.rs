//! The body of an app's answer. One that was ended from here breaks off: it never looks whole.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::BoxError;
use bytes::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::outward::outward;

pub(super) struct Answer {
    pub(super) body: Incoming,
    pub(super) over: CancellationToken,
    /// Of a request whose body was waited for: dropped once this one has been passed on.
    pub(super) _until_passed_on: Option<DropGuard>,
}

impl Body for Answer {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let frame = Pin::new(&mut self.body).poll_frame(cx);
        // The connection wakes whoever waits for its bytes when it is dropped.
        if self.over.is_cancelled() {
            return Poll::Ready(Some(Err(io::Error::from(io::ErrorKind::ConnectionAborted).into())));
        }
        frame.map_err(Into::into).map_ok(|frame| match frame.into_trailers() {
            Ok(trailers) => Frame::trailers(outward(&trailers, false)),
            Err(data) => data,
        })
    }

    fn is_end_stream(&self) -> bool {
        !self.over.is_cancelled() && self.body.is_end_stream()
    }

    /// No body tells no length: it may be that of an answer to HEAD, or of one that the visitor has already.
    fn size_hint(&self) -> SizeHint {
        if self.body.is_end_stream() { SizeHint::default() } else { self.body.size_hint() }
    }
}
