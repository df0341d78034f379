//! The body of a request: bounded, whole, and JSON where JSON is expected. It is read here, because the
//! extractor behind server functions panics when a body is too long or breaks off.

use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes, HttpBody};
use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::Response;
use futures_util::StreamExt;
use model::refusal::{Refusal, RefusalCode};

use super::API;
use super::answer::{Reader, refuse_to};
use crate::routes::FILES;

/// The longest thing a person sends is an SSH key of 16 KiB.
const MAX_BODY_BYTES: usize = 256 * 1024;
/// A sender that is slower than this holds a connection for nothing.
const MAX_BODY_TIME: Duration = Duration::from_secs(30);
/// Of a body that is too long, this much is read and thrown away: a connection that is closed on unread
/// bytes is reset, and the sender would never read why.
const MAX_DISCARDED_BYTES: usize = 16 * 1024 * 1024;
const MAX_DISCARD_TIME: Duration = Duration::from_secs(3);

/// Hands on the request with its whole body in memory, or refuses it.
pub(super) async fn bound(request: Request, next: Next) -> Response {
    let reader = Reader::of(request.headers());
    if is_streamed(&request) {
        return next.run(request).await;
    }
    match whole(request, MAX_BODY_TIME).await {
        Ok(request) => next.run(request).await,
        Err(refusal) => refuse_to(&refusal, reader),
    }
}

/// A file is carried on as it comes, by a route that bounds it itself.
fn is_streamed(request: &Request) -> bool {
    let route = request.extensions().get::<MatchedPath>();
    route.is_some_and(|route| route.as_str() == FILES)
}

async fn whole(request: Request, patience: Duration) -> Result<Request, Refusal> {
    if request.body().is_end_stream() {
        return Ok(request);
    }
    let (parts, body) = request.into_parts();
    if declared(&parts.headers).is_some_and(|length| length > MAX_BODY_BYTES as u64) {
        discard(body.into_data_stream()).await;
        return Err(too_large());
    }
    let bytes = tokio::time::timeout(patience, read(body)).await.map_err(|_| too_slow(patience))??;
    if !bytes.is_empty() && parts.uri.path().starts_with(API) && !is_json(&parts.headers) {
        return Err(Refusal::new(
            RefusalCode::Invalid,
            "The body must be JSON and say so: send the header `Content-Type: application/json`.",
        ));
    }
    let mut request = Request::from_parts(parts, Body::from(bytes.clone()));
    request.extensions_mut().insert(UnreadBody(bytes));
    Ok(request)
}

/// The body of a request, for a function that reads none of it.
#[derive(Clone)]
pub struct UnreadBody(Bytes);

impl UnreadBody {
    /// The name of the first field, if the body is a JSON object that has one.
    pub fn first_field(&self) -> Option<String> {
        let fields: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(&self.0).ok()?;
        fields.keys().next().cloned()
    }
}

async fn read(body: Body) -> Result<Bytes, Refusal> {
    let mut chunks = body.into_data_stream();
    let mut bytes = Vec::new();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| {
            Refusal::new(RefusalCode::Invalid, "The body of the request broke off before its end. Send it again.")
        })?;
        if bytes.len() + chunk.len() > MAX_BODY_BYTES {
            discard(chunks).await;
            return Err(too_large());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.into())
}

/// Reads on for a moment: many a sender reads no answer before it has said everything.
pub(crate) async fn discard(mut chunks: BodyDataStream) {
    let read = async {
        let mut left = MAX_DISCARDED_BYTES;
        while let Some(Ok(chunk)) = chunks.next().await
            && chunk.len() <= left
        {
            left -= chunk.len();
        }
    };
    // The refusal is given either way; in time only to a sender that stops.
    drop(tokio::time::timeout(MAX_DISCARD_TIME, read).await);
}

fn declared(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json")
}

fn too_slow(patience: Duration) -> Refusal {
    let seconds = patience.as_secs();
    Refusal::new(RefusalCode::Invalid, format!("The body of the request did not arrive within {seconds} seconds."))
}

fn too_large() -> Refusal {
    Refusal::new(RefusalCode::TooLarge, "The body of a request may have at most 256 KiB.")
}

#[cfg(test)]
mod tests {
    use super::super::probe::{Probe, request};
    use super::*;
    use axum::Router;
    use axum::http::StatusCode;
    use axum::middleware::from_fn;
    use axum::routing::post;
    use futures_util::stream;

    const JSON: (&str, &str) = ("content-type", "application/json");

    fn counting() -> Probe {
        let count = || post(|body: Bytes| async move { body.len().to_string() });
        Probe(Router::new().route("/api/v1/x", count()).route("/page", count()).layer(from_fn(bound)))
    }

    async fn refusal(request: Request) -> Refusal {
        let answer = counting().ask(request).await;
        let refusal: Refusal = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(answer.status.as_u16(), refusal.code.status());
        refusal
    }

    fn chunked(chunks: Vec<Result<Bytes, std::io::Error>>) -> Request {
        request("POST", "/api/v1/x", &[JSON], Body::from_stream(stream::iter(chunks)))
    }

    #[tokio::test]
    async fn a_length_that_is_too_long_is_refused_unread() {
        let never = Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>());
        let length = (MAX_BODY_BYTES + 1).to_string();
        let refusal = refusal(request("POST", "/api/v1/x", &[JSON, ("content-length", &length)], never)).await;
        assert_eq!(refusal.code, RefusalCode::TooLarge);
    }

    #[tokio::test]
    async fn chunks_are_counted() {
        let chunk = || Ok(Bytes::from_static(&[b' '; 64 * 1024]));
        let fits = counting().ask(chunked((0..4).map(|_| chunk()).collect())).await;
        assert_eq!((fits.status, fits.body.as_ref()), (StatusCode::OK, b"262144".as_slice()));
        let endless = Body::from_stream(stream::repeat_with(chunk));
        assert_eq!(refusal(request("POST", "/api/v1/x", &[JSON], endless)).await.code, RefusalCode::TooLarge);
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_never_arrives() {
        let chunks = vec![Ok(Bytes::from_static(b"{\"a\":")), Err(std::io::ErrorKind::ConnectionReset.into())];
        let refusal = refusal(chunked(chunks)).await;
        assert_eq!(refusal.code, RefusalCode::Invalid);
        assert!(refusal.message.contains("broke off"));
    }

    #[tokio::test]
    async fn a_body_that_never_ends_is_given_up() {
        let never = Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>());
        let refusal = whole(request("POST", "/api/v1/x", &[JSON], never), Duration::from_millis(1)).await.unwrap_err();
        assert_eq!(refusal.code, RefusalCode::Invalid);
        assert!(refusal.message.contains("did not arrive"));
    }

    #[test]
    fn a_function_without_fields_can_find_one_that_was_sent() {
        let first = |body: &'static str| UnreadBody(Bytes::from_static(body.as_bytes())).first_field();
        assert_eq!(first(r#"{"force":true}"#).as_deref(), Some("force"));
        for body in ["", "{}", "null", "[]", "{", "7"] {
            assert_eq!(first(body), None, "{body}");
        }
    }

    #[tokio::test]
    async fn the_api_takes_json_only() {
        for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""] {
            let refusal = refusal(request("POST", "/api/v1/x", &[("content-type", kind)], "{}")).await;
            assert_eq!(refusal.code, RefusalCode::Invalid);
        }
        for kind in ["application/json", "Application/JSON; charset=utf-8"] {
            let answer = counting().ask(request("POST", "/api/v1/x", &[("content-type", kind)], "{}")).await;
            assert_eq!(answer.status, StatusCode::OK);
        }
        assert_eq!(counting().ask(request("POST", "/api/v1/x", &[], "")).await.status, StatusCode::OK);
        assert_eq!(counting().ask(request("POST", "/page", &[], "text")).await.status, StatusCode::OK);
    }
}
