//! The body of a visitor's request. Where the visitor waits to hear that it is wanted (`Expect: 100-continue`), the app
//! says so: whoever asks for it before would have it sent to an app that refuses it.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::BoxError;
use axum::body::{Body, HttpBody};
use axum::http::{HeaderMap, StatusCode, header};
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};
use tokio::time::sleep;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::headers::{claimless, options};

/// How long an app may take to say that it wants the body. Many never say so, and visitors wait no longer, either.
const PATIENCE: Duration = Duration::from_secs(1);

/// Until it is known whether the body is wanted.
type Waiting = Pin<Box<dyn Future<Output = bool> + Send>>;

/// The body, and what it waits for.
pub(super) struct Sent {
    body: Body,
    waits: Option<Waiting>,
}

/// What the app says of a body that is waited for.
#[derive(Debug, Clone, Default)]
pub(super) struct Expected {
    wanted: CancellationToken,
    refused: CancellationToken,
    /// The answer was passed on.
    over: CancellationToken,
}

impl Sent {
    /// The second is there if the visitor waits.
    pub(super) fn new(headers: &HeaderMap, body: Body) -> (Self, Option<Expected>) {
        Self::within(PATIENCE, headers, body)
    }

    fn within(patience: Duration, headers: &HeaderMap, body: Body) -> (Self, Option<Expected>) {
        let waits = options(headers, header::EXPECT).iter().any(|what| what == "100-continue") && !body.is_end_stream();
        let expected = waits.then(Expected::default);
        let waits = expected.clone().map(|expected| -> Waiting { Box::pin(expected.wait(patience)) });
        (Self { body, waits }, expected)
    }
}

impl Expected {
    /// An answer before the last one.
    pub(super) fn heard(&self, status: StatusCode) {
        if status == StatusCode::CONTINUE {
            self.wanted.cancel();
        }
    }

    /// The last answer. One that is no refusal may be of an app that reads all the same. What it gives is dropped with the
    /// answer's body.
    pub(super) fn answered(self, status: StatusCode) -> DropGuard {
        let known = if status.is_success() { &self.wanted } else { &self.refused };
        known.cancel();
        self.over.drop_guard()
    }

    /// Whether the body is wanted. If not, that is known once the answer was passed on: before that, a body that ends early
    /// would end the answer, too.
    async fn wait(self, patience: Duration) -> bool {
        tokio::select! {
            biased;
            () = self.wanted.cancelled() => true,
            () = self.refused.cancelled() => {
                self.over.cancelled().await;
                false
            }
            () = sleep(patience) => true,
        }
    }
}

impl HttpBody for Sent {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let Self { body, waits } = self.get_mut();
        if let Some(waiting) = waits {
            let wanted = ready!(waiting.as_mut().poll(cx));
            if !wanted {
                return Poll::Ready(Some(Err(io::Error::from(io::ErrorKind::ConnectionAborted).into())));
            }
            *waits = None;
        }
        let frame = ready!(Pin::new(body).poll_frame(cx));
        Poll::Ready(frame.map(|frame| match frame.map(Frame::into_trailers) {
            Ok(Ok(trailers)) => Ok(Frame::trailers(claimless(&trailers))),
            Ok(Err(data)) => Ok(data),
            Err(error) => Err(error.into()),
        }))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::super::headers::tests::map;
    use super::*;
    use std::future::poll_fn;
    use std::task::Waker;
    use tokio::time::timeout;

    /// Nobody waits for so long in a test.
    const LONG: Duration = Duration::from_secs(3_600);
    const SHORT: Duration = Duration::from_millis(1);

    fn expecting(patience: Duration) -> (Sent, Expected) {
        let (sent, expected) = Sent::within(patience, &map(EXPECT), Body::from("body"));
        (sent, expected.unwrap())
    }

    async fn read(mut sent: Sent) -> Result<Bytes, BoxError> {
        let frame = poll_fn(|cx| Pin::new(&mut sent).poll_frame(cx)).await.unwrap()?;
        Ok(frame.into_data().unwrap())
    }

    fn waits(sent: &mut Sent) -> bool {
        Pin::new(sent).poll_frame(&mut Context::from_waker(Waker::noop())).is_pending()
    }

    const EXPECT: &[(&str, &str)] = &[("expect", "100-Continue")];

    #[tokio::test]
    async fn a_body_that_nobody_waits_for_goes_at_once() {
        let (sent, expected) = Sent::new(&map(&[]), Body::from("body"));
        assert!(expected.is_none());
        assert_eq!(read(sent).await.unwrap(), "body");
        assert!(Sent::new(&map(EXPECT), Body::empty()).1.is_none());
    }

    #[tokio::test]
    async fn it_goes_when_the_app_wants_it_takes_it_or_says_nothing() {
        let (mut wanted, expected) = expecting(LONG);
        assert!(waits(&mut wanted));
        expected.heard(StatusCode::EARLY_HINTS);
        assert!(waits(&mut wanted));
        expected.heard(StatusCode::CONTINUE);
        assert_eq!(read(wanted).await.unwrap(), "body");
        let (taken, expected) = expecting(LONG);
        let _answer = expected.answered(StatusCode::OK);
        assert_eq!(read(taken).await.unwrap(), "body");
        let (silent, _expected) = expecting(SHORT);
        assert_eq!(read(silent).await.unwrap(), "body");
    }

    #[tokio::test]
    async fn one_that_is_refused_is_never_asked_for_and_ends_with_the_answer() {
        let (mut refused, expected) = expecting(SHORT);
        let answer = expected.answered(StatusCode::PAYLOAD_TOO_LARGE);
        let asked = timeout(50 * SHORT, poll_fn(|cx| Pin::new(&mut refused).poll_frame(cx))).await;
        assert!(asked.is_err(), "it was asked for");
        drop(answer);
        assert!(read(refused).await.is_err());
    }

    #[tokio::test]
    async fn what_comes_behind_a_body_claims_nothing() {
        let trailers = map(&[("x-sum", "1"), ("x-dockhost-user", "ada"), ("x_forwarded_for", "6.6.6.6")]);
        let body = Body::new(Behind(Some(trailers)));
        let (mut sent, _) = Sent::new(&map(&[]), body);
        let frame = poll_fn(|cx| Pin::new(&mut sent).poll_frame(cx)).await.unwrap().unwrap();
        assert_eq!(frame.into_trailers().unwrap(), map(&[("x-sum", "1")]));
    }

    /// A body that has trailers alone.
    struct Behind(Option<HeaderMap>);

    impl HttpBody for Behind {
        type Data = Bytes;
        type Error = BoxError;

        fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
            Poll::Ready(self.0.take().map(|trailers| Ok(Frame::trailers(trailers))))
        }
    }
}
