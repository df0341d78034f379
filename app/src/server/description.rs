//! What the server says of its own API, to anybody: it is the same for everybody and holds no secret.

use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderMap, Method};
use axum::routing::get;
use control::http::delivery::File;

pub(super) fn router() -> Router {
    server_fns::description::texts().into_iter().fold(Router::new(), |router, (path, text)| {
        let file = Arc::new(File::plain(path, text.into_bytes()));
        let answer = move |method: Method, headers: HeaderMap| {
            let file = Arc::clone(&file);
            async move { file.answer(&method, &headers) }
        };
        router.route(path, get(answer))
    })
}
