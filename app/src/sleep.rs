//! Waiting, on whatever runs the page.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

/// Only for what the person's own machine does: the server draws a page once and never waits in it.
#[cfg(target_arch = "wasm32")]
pub(crate) async fn sleep(time: Duration) {
    gloo_timers::future::sleep(time).await;
}

#[cfg(all(not(target_arch = "wasm32"), any(feature = "desktop", feature = "server")))]
pub(crate) async fn sleep(time: Duration) {
    tokio::time::sleep(time).await;
}

#[cfg(not(any(target_arch = "wasm32", feature = "desktop", feature = "server")))]
pub(crate) async fn sleep(_: Duration) {
    std::future::pending().await
}

/// What the work gave, or `None` if it took longer than that.
pub(crate) async fn within<T>(time: Duration, work: impl Future<Output = T>) -> Option<T> {
    let mut work = pin!(work);
    let mut limit = pin!(sleep(time));
    poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending => limit.as_mut().poll(context).map(|()| None),
    })
    .await
}
