//! A refusal as an HTTP answer: `application/problem+json`, as RFC 9457 has it. Programs get what DockHost says of it beside;
//! the client that Dioxus compiles from our server functions looks for that one level down, under `data`, and gets it there.

use axum::Json;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use model::refusal::{ProblemDetails, Refusal, RefusalCode};
use serde::Serialize;

/// Who reads the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reader {
    Program,
    Dioxus,
}

impl Reader {
    pub(super) fn of(request: &HeaderMap) -> Self {
        match request.get("x-request-client") {
            Some(client) if client == "dioxus" => Self::Dioxus,
            Some(_) | None => Self::Program,
        }
    }
}

/// The shape of `dioxus_fullstack`'s `ErrorPayload`, which has a number under the name `code`.
#[derive(Serialize)]
struct Wrapped {
    r#type: String,
    title: String,
    status: u16,
    detail: String,
    message: String,
    code: u16,
    data: Refusal,
}

impl From<ProblemDetails> for Wrapped {
    fn from(ProblemDetails { kind, title, status, detail, refusal }: ProblemDetails) -> Self {
        Self { r#type: kind, title, status, message: detail.clone(), detail, code: status, data: refusal }
    }
}

/// As programs read it.
pub(crate) fn refuse(refusal: &Refusal) -> Response {
    refuse_to(refusal, Reader::Program)
}

pub(super) fn refuse_to(refusal: &Refusal, reader: Reader) -> Response {
    answer(status(refusal.code), refusal, reader)
}

pub(super) fn answer(status: StatusCode, refusal: &Refusal, reader: Reader) -> Response {
    let problem = ProblemDetails::new(status.as_u16(), refusal.clone());
    let mut response = match reader {
        Reader::Program => (status, Json(problem)).into_response(),
        Reader::Dioxus => (status, Json(Wrapped::from(problem))).into_response(),
    };
    let kind = HeaderValue::from_static(ProblemDetails::MEDIA_TYPE);
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

pub(super) fn status(code: RefusalCode) -> StatusCode {
    StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}
