//! Waiting, on whatever runs the page.

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
