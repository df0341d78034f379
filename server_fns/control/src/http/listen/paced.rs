//! Bodies that are waited for only so long, and that keep their connection's place while they last.

use std::cell::Cell;
use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, Incoming, SizeHint};
use hyper::rt::Executor;
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

/// Who waits for whom in one of several answers on a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// Nothing is there to be sent yet.
    Ours,
    /// Something was handed over just now.
    Handed,
    /// What was handed over before has not been taken yet.
    Theirs,
}

tokio::task_local! {
    static TURN: Cell<Turn>;
}

/// Carries the answers of a connection with several. One whose reader takes nothing for long is reset: its connection never
/// stands still, as such a reader can take everything but the answer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Streams {
    pub(super) standstill: Duration,
}

impl<F: Future + Send + 'static> Executor<F> for Streams {
    fn execute(&self, stream: F) {
        tokio::spawn(TURN.scope(Cell::new(Turn::Ours), until_standstill(stream, self.standstill)));
    }
}

/// The body itself cannot tell: nobody asks it for more before there is room.
async fn until_standstill(stream: impl Future, standstill: Duration) {
    let mut stream = pin!(stream);
    let mut late: Option<Pin<Box<Sleep>>> = None;
    poll_fn(|cx| {
        if stream.as_mut().poll(cx).is_ready() {
            return Poll::Ready(());
        }
        let turn = TURN.with(Cell::get);
        if turn == Turn::Ours {
            return Poll::Pending;
        }
        let timer = late.get_or_insert_with(|| Box::pin(sleep(standstill)));
        if turn == Turn::Handed {
            TURN.with(|now| now.set(Turn::Theirs));
            timer.as_mut().reset(Instant::now() + standstill);
        }
        timer.as_mut().poll(cx)
    })
    .await;
}

/// Where there is one answer at a time, its connection stands still with it, and nobody asks for this.
fn turns(to: Turn) {
    let _ = TURN.try_with(|turn| turn.set(to));
}

/// The body of an answer, and what is held until it has been sent.
pub(super) struct Held<T> {
    body: Body,
    _until_sent: T,
}

impl<T> Held<T> {
    /// From now on it can be taken.
    pub(super) fn new(body: Body, until_sent: T) -> Self {
        turns(Turn::Handed);
        Self { body, _until_sent: until_sent }
    }
}

impl<T: Unpin> HttpBody for Held<T> {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(cx);
        turns(if polled.is_ready() { Turn::Handed } else { Turn::Ours });
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
