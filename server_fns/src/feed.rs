//! The server's end of a tab's socket.

use std::time::Duration;

use control::Subscription;
use dioxus::fullstack::{Message, TypedWebsocket};
use model::live::LiveEvent;

/// How often a quiet feed says that it is still there. A browser cannot see pings, so it is an event;
/// a page that hears nothing for two of these knows that the link is dead.
const STILL_HERE: Duration = Duration::from_secs(10);

/// Sends until the page leaves, the session ends, or the page does not take what it is sent.
pub(crate) async fn serve(mut socket: TypedWebsocket<(), LiveEvent>, mut subscription: Subscription) {
    loop {
        let event = tokio::select! {
            event = subscription.next() => event,
            () = tokio::time::sleep(STILL_HERE) => Some(subscription.still_here()),
            heard = socket.recv_raw() => match heard {
                // Pages have nothing to say; whatever arrives only shows that they are there.
                Ok(Message::Text(_) | Message::Binary(_) | Message::Ping(_) | Message::Pong(_)) => continue,
                Ok(Message::Close { .. }) | Err(_) => None,
            },
        };
        let Some(event) = event else { return };
        let last = matches!(event, LiveEvent::SignedOut);
        let sent = tokio::time::timeout(STILL_HERE, socket.send(event)).await;
        if last || !matches!(sent, Ok(Ok(()))) {
            return;
        }
    }
}
