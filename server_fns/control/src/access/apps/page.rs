//! What a browser is shown in the place of an app.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

/// Nothing of anybody's stands in it but what is escaped below.
const PAGE: &str = include_str!("page.html");

/// The same for what does not exist and for what is somebody else's.
pub(super) fn nothing(status: StatusCode) -> Response {
    words(status, "There is nothing here for you", "There is no such address, or it is not yours to open.")
}

/// A page with a heading and a sentence.
pub(super) fn words(status: StatusCode, heading: &str, sentence: &str) -> Response {
    let body = PAGE.replace("{{heading}}", &escaped(heading)).replace("{{sentence}}", &escaped(sentence));
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"),
    ];
    (status, headers, body).into_response()
}

pub(super) fn plain(status: StatusCode, sentence: &'static str) -> Response {
    (status, [(header::CACHE_CONTROL, "no-store")], format!("{sentence}\n")).into_response()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
