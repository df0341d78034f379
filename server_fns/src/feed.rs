//! The socket of a tab. Its server's end reads next to nothing: pages have nothing to say on it.

use dioxus::fullstack::{
    ClientRequest, FromResponse, IntoRequest, RequestError, UpgradingWebsocket, WebSocketOptions, Websocket,
    WebsocketError,
};
use dioxus::prelude::ServerFnError;
use model::live::LiveEvent;

/// The wish for a feed.
#[derive(Default)]
pub struct Listening {
    #[cfg(feature = "server")]
    upgrade: Option<dioxus::fullstack::axum::extract::ws::WebSocketUpgrade>,
}

/// What a page follows.
pub struct Feed {
    socket: Option<Websocket<(), LiveEvent>>,
    #[cfg(feature = "server")]
    answer: Option<dioxus::fullstack::response::Response>,
}

impl IntoRequest<UpgradingWebsocket> for Listening {
    fn into_request(
        self,
        request: ClientRequest,
    ) -> impl Future<Output = Result<UpgradingWebsocket, RequestError>> + 'static {
        WebSocketOptions::new().into_request(request)
    }
}

impl FromResponse<UpgradingWebsocket> for Feed {
    async fn from_response(upgrading: UpgradingWebsocket) -> Result<Self, ServerFnError> {
        let socket = Some(Websocket::from_response(upgrading).await?);
        Ok(Self {
            socket,
            #[cfg(feature = "server")]
            answer: None,
        })
    }
}

impl Feed {
    /// The next event.
    pub async fn recv(&self) -> Result<LiveEvent, WebsocketError> {
        match &self.socket {
            Some(socket) => socket.recv().await,
            None => Err(WebsocketError::Uninitialized),
        }
    }
}

#[cfg(feature = "server")]
mod server {
    use std::time::Duration;

    use control::{Subscription, Told};
    use dioxus::fullstack::StatusCode;
    use dioxus::fullstack::axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
    use dioxus::fullstack::extract::{FromRequest, Request};
    use dioxus::fullstack::response::{IntoResponse, Response};

    use super::{Feed, Listening};

    /// How often a quiet feed says that it is still there. A browser cannot see pings, so it is an event;
    /// a page that hears nothing for two of these knows that the link is dead.
    const STILL_HERE: Duration = Duration::from_secs(10);
    /// Bytes of a message of the page, which only shows that it is there.
    const LONGEST: usize = 1_024;

    impl<S: Send + Sync> FromRequest<S> for Listening {
        type Rejection = Response;

        async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
            let upgrade = WebSocketUpgrade::from_request(request, state).await.map_err(IntoResponse::into_response)?;
            Ok(Self {
                upgrade: Some(upgrade.read_buffer_size(LONGEST).max_message_size(LONGEST).max_frame_size(LONGEST)),
            })
        }
    }

    impl IntoResponse for Feed {
        fn into_response(self) -> Response {
            self.answer.unwrap_or_else(|| StatusCode::INTERNAL_SERVER_ERROR.into_response())
        }
    }

    impl Listening {
        pub(crate) fn follow(self, subscription: Subscription) -> Feed {
            let answer = self.upgrade.map(|upgrade| upgrade.on_upgrade(move |socket| serve(socket, subscription)));
            Feed { socket: None, answer }
        }
    }

    /// Sends until the page leaves, the session ends, or the page does not take what it is sent.
    async fn serve(mut socket: WebSocket, mut subscription: Subscription) {
        loop {
            let event = tokio::select! {
                event = subscription.next() => event,
                () = tokio::time::sleep(STILL_HERE) => Some(subscription.still_here()),
                heard = socket.recv() => match heard {
                    Some(Ok(Message::Text(_) | Message::Binary(_) | Message::Ping(_) | Message::Pong(_))) => continue,
                    Some(Ok(Message::Close(_)) | Err(_)) | None => None,
                },
            };
            let Some(Told { text, last }) = event else { return };
            let sent = tokio::time::timeout(STILL_HERE, socket.send(Message::Binary(text.into()))).await;
            if last || !matches!(sent, Ok(Ok(()))) {
                return;
            }
        }
    }
}
