//! Compresses what is made for one answer. Never what is still being made when the answer begins: a stream would wait in the
//! encoder. And never the answer to a request that changes something: those carry the secrets that the server shows once, and
//! the length of a compressed text tells of its content.

use std::convert::Infallible;

use axum::body::{Body, HttpBody as _};
use axum::extract::Request;
use axum::http::{Extensions, HeaderMap, HeaderValue, Method, StatusCode, Version, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures_util::stream;
use model::refusal::{ProblemDetails, Refusal, RefusalCode};

use super::super::answer::{Reader, answer};
use super::coding::{Coding, QUICKEST, SMALLEST, choose};

/// A shorter one fits into the packet that brings its headers.
const SHORTEST: u64 = 1024;
/// The types that are text, and the page's program.
const KINDS: [&str; 8] = [
    "text/html",
    "application/json",
    ProblemDetails::MEDIA_TYPE,
    "text/css",
    "text/javascript",
    "text/plain",
    "image/svg+xml",
    "application/wasm",
];

/// On an answer that is to be compressed.
#[derive(Clone, Copy)]
struct Marked;

/// The coding for what is ready in several.
#[derive(Clone, Copy)]
struct Ready(Coding);

/// Settles the coding once: whoever reads the header further in finds one alone.
pub(super) async fn negotiate(mut request: Request, next: Next) -> Response {
    let accepted = request.headers().get_all(header::ACCEPT_ENCODING);
    let choose = |order| choose(order, accepted.iter().filter_map(|value| value.to_str().ok()));
    let (Some(quick), Some(ready)) = (choose(QUICKEST), choose(SMALLEST)) else {
        let words = "This server answers in br, gzip and identity, and the request takes none of them.";
        let refusal = Refusal::new(RefusalCode::Invalid, words);
        let refused = answer(StatusCode::NOT_ACCEPTABLE, &refusal, Reader::of(request.headers()));
        return ([(header::VARY, "accept-encoding")], refused).into_response();
    };
    let quick = if request.method().is_safe() { quick } else { Coding::Identity };
    request.extensions_mut().insert(Ready(ready));
    request.headers_mut().insert(header::ACCEPT_ENCODING, HeaderValue::from_static(quick.name()));
    next.run(request).await
}

/// Finds out whether the answer may be compressed, and tells caches what it depends on.
pub(super) async fn mark(mut request: Request, next: Next) -> Response {
    let method = request.method().clone();
    if let Some(Ready(ready)) = request.extensions().get().copied() {
        request.headers_mut().insert(header::ACCEPT_ENCODING, HeaderValue::from_static(ready.name()));
    }
    let mut response = next.run(request).await;
    if !method.is_safe() || !is_text(response.headers()) || is_fixed(response.headers()) {
        return response;
    }
    if method == Method::HEAD {
        // Its length is that of the answer without a coding, which is not what would come; axum would read it off the body.
        response.headers_mut().remove(header::CONTENT_LENGTH);
        *response.body_mut() = Body::from_stream(stream::empty::<Result<Bytes, Infallible>>());
        response.headers_mut().append(header::VARY, HeaderValue::from_static("accept-encoding"));
    } else if response.body().size_hint().exact().is_some_and(|length| length >= SHORTEST) {
        response.extensions_mut().insert(Marked);
    }
    response
}

pub(super) fn is_marked(_: StatusCode, _: Version, _: &HeaderMap, extensions: &Extensions) -> bool {
    extensions.get::<Marked>().is_some()
}

fn is_text(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    KINDS.contains(&kind.split(';').next().unwrap_or_default().trim())
}

/// It has its coding, is a file of somebody's, or is a part.
fn is_fixed(headers: &HeaderMap) -> bool {
    [header::CONTENT_ENCODING, header::CONTENT_DISPOSITION, header::CONTENT_RANGE, header::ETAG]
        .iter()
        .any(|name| headers.contains_key(name))
}

#[cfg(test)]
mod tests {
    use super::super::super::probe::{Answer, Probe, request};
    use axum::Router;
    use axum::body::Body;
    use axum::http::{HeaderMap, header};
    use axum::response::IntoResponse;
    use axum::routing::get;
    use futures_util::stream;

    const TEXT: [(header::HeaderName, &str); 1] = [(header::CONTENT_TYPE, "application/json")];

    fn long() -> String {
        "[1, 2, 3, 4], ".repeat(1000)
    }

    async fn json() -> impl IntoResponse {
        (TEXT, long())
    }

    async fn ask(method: &str, path: &str, accepted: &str) -> Answer {
        let pieces =
            || Body::from_stream(stream::iter(["a", "b"].map(|piece| Ok::<_, std::io::Error>(piece.repeat(5000)))));
        let router = Router::new()
            .route("/json", get(json).post(json))
            .route("/short", get(async || (TEXT, "[]")))
            .route("/events", get(move || async move { ([(header::CONTENT_TYPE, "text/event-stream")], pieces()) }))
            .route("/stream", get(move || async move { (TEXT, pieces()) }))
            .route("/file", get(async || (TEXT, [(header::CONTENT_DISPOSITION, "attachment")], long())))
            .route("/octets", get(async || ([(header::CONTENT_TYPE, "application/octet-stream")], long())))
            .route(
                "/asked",
                get(async |headers: HeaderMap| headers[header::ACCEPT_ENCODING].to_str().unwrap().to_owned()),
            )
            .route("/ready", get(async || (TEXT, [(header::CONTENT_ENCODING, "br")], long())));
        Probe(super::super::compressed(router)).ask(request(method, path, &[("accept-encoding", accepted)], "")).await
    }

    fn coding(answer: &Answer) -> Option<&str> {
        answer.headers.get("content-encoding").map(|value| value.to_str().unwrap())
    }

    #[tokio::test]
    async fn text_that_is_whole_is_compressed_as_the_client_likes_it() {
        for (accepted, expected) in
            [("gzip, br", Some("gzip")), ("br", Some("br")), ("br;q=0", None), ("identity", None)]
        {
            let answer = ask("GET", "/json", accepted).await;
            assert_eq!(coding(&answer), expected, "{accepted}");
            assert_eq!(answer.headers["vary"], "accept-encoding", "{accepted}");
            assert_eq!(answer.body.len() < long().len() / 10, expected.is_some(), "{accepted}");
        }
    }

    #[tokio::test]
    async fn what_goes_on_for_long_is_ready_or_is_a_file_passes_as_it_is() {
        for path in ["/events", "/stream", "/file", "/octets", "/short"] {
            let answer = ask("GET", path, "gzip, br").await;
            assert_eq!(coding(&answer), None, "{path}");
        }
        assert_eq!(ask("GET", "/ready", "gzip, br").await.body, long());
        assert_eq!(ask("GET", "/asked", "gzip, br").await.body, "br", "a file that is ready is given as the smallest");
    }

    #[tokio::test]
    async fn the_answer_to_what_changes_something_is_never_compressed() {
        let answer = ask("POST", "/json", "gzip, br").await;
        assert_eq!((coding(&answer), answer.body.len()), (None, long().len()));
    }

    #[tokio::test]
    async fn heads_tell_nothing_wrong_and_the_impossible_is_refused() {
        let head = ask("HEAD", "/json", "br").await;
        assert_eq!(
            (head.headers["vary"].to_str().unwrap(), head.headers.get("content-length")),
            ("accept-encoding", None)
        );
        assert_eq!(ask("GET", "/json", "identity;q=0").await.status, 406);
        assert_eq!(coding(&ask("GET", "/json", "identity;q=0, gzip").await), Some("gzip"));
    }
}
