//! A refusal as an HTTP answer. Programs get the refusal itself; the client that Dioxus compiles from our
//! server functions looks for it one level down, under `data`, and gets it there.

use axum::Json;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use model::refusal::{Refusal, RefusalCode};
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

/// The shape of `dioxus_fullstack`'s `ErrorPayload`.
#[derive(Serialize)]
struct Wrapped<'a> {
    message: &'a str,
    code: u16,
    data: &'a Refusal,
}

/// As programs read it.
pub(crate) fn refuse(refusal: &Refusal) -> Response {
    refuse_to(refusal, Reader::Program)
}

pub(super) fn refuse_to(refusal: &Refusal, reader: Reader) -> Response {
    answer(status(refusal.code), refusal, reader)
}

pub(super) fn answer(status: StatusCode, refusal: &Refusal, reader: Reader) -> Response {
    match reader {
        Reader::Program => (status, Json(refusal)).into_response(),
        Reader::Dioxus => {
            let wrapped = Wrapped { message: &refusal.message, code: status.as_u16(), data: refusal };
            (status, Json(wrapped)).into_response()
        }
    }
}

pub(super) fn status(code: RefusalCode) -> StatusCode {
    StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}
