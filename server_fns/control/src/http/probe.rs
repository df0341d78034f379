//! Asks a router in a test.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode};
use tower::Service;

#[derive(Clone)]
pub(super) struct Probe(pub(super) Router);

pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Probe {
    pub(super) async fn ask(mut self, request: Request) -> Answer {
        std::future::poll_fn(|context| Service::<Request>::poll_ready(&mut self.0, context)).await.unwrap();
        let (parts, body) = self.0.call(request).await.unwrap().into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        Answer { status: parts.status, headers: parts.headers, body }
    }
}

pub(super) fn request(method: &str, path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Request {
    let builder = Request::builder().method(method).uri(path);
    headers.iter().fold(builder, |builder, (name, value)| builder.header(*name, *value)).body(body.into()).unwrap()
}
