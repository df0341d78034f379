//! The desktop window. The program around it keeps the person's session, so what the window itself asks for shows a ticket;
//! and its page has an origin of its own, whose scripts read an answer from here only if the answer says that they may.

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::routes::TERMINAL;

/// The origins of its page, by system. No page of the world's has one of them.
const ORIGINS: [&str; 2] = ["dioxus://index.html", "http://dioxus.index.html"];

/// Whether the window asks for something that a ticket opens. The ticket speaks for itself, so it is not looked at here.
pub(super) fn shows_ticket(uri: &Uri, headers: &HeaderMap) -> bool {
    let ticketed = uri.path() == TERMINAL || is_ticketed(uri);
    ticketed && origin(headers).is_some()
}

/// Whether a request for a file shows a ticket and needs no session.
fn is_ticketed(uri: &Uri) -> bool {
    let below = uri.path().strip_prefix("/api/v1/instances/");
    let file = below.and_then(|rest| rest.split_once('/')).is_some_and(|(_, rest)| rest == "files");
    file && uri.query().is_some_and(|query| query.split('&').any(|part| part.starts_with("ticket=")))
}

fn origin(headers: &HeaderMap) -> Option<HeaderValue> {
    let mut seen = headers.get_all(header::ORIGIN).iter();
    let first = seen.next().filter(|origin| ORIGINS.iter().any(|own| origin == own))?;
    seen.next().is_none().then(|| first.clone())
}

/// Lets the window's scripts read what they asked for with a ticket.
pub(super) async fn answer(request: Request, next: Next) -> Response {
    if !shows_ticket(request.uri(), request.headers()) {
        return next.run(request).await;
    }
    let origin = origin(request.headers());
    let mut response = match *request.method() {
        // Asked by the window itself before the request, which is not sent otherwise.
        Method::OPTIONS => StatusCode::NO_CONTENT.into_response(),
        _ => next.run(request).await,
    };
    let headers = response.headers_mut();
    if let Some(origin) = origin {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    }
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, PUT"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("content-type"));
    headers.append(header::VARY, HeaderValue::from_static("origin"));
    response
}

#[cfg(test)]
mod tests {
    use super::super::probe::{Answer, Probe, request};
    use super::*;
    use axum::Router;
    use axum::middleware::from_fn;
    use axum::routing::put;

    const FILE: &str = "/api/v1/instances/i-1/files?path=a&ticket=x";

    async fn ask(method: &str, path: &str, origins: &[&str]) -> Answer {
        let origins: Vec<(&str, &str)> = origins.iter().map(|origin| ("origin", *origin)).collect();
        let router = Router::new().route("/api/v1/instances/{id}/files", put(async || "taken"));
        Probe(router.layer(from_fn(answer))).ask(request(method, path, &origins, "")).await
    }

    #[tokio::test]
    async fn the_window_may_ask_and_read() {
        for origin in ORIGINS {
            let asked = ask("OPTIONS", FILE, &[origin]).await;
            assert_eq!(asked.status, StatusCode::NO_CONTENT);
            assert_eq!(asked.headers["access-control-allow-origin"], origin);
            assert_eq!(asked.headers["access-control-allow-methods"], "GET, PUT");
            let taken = ask("PUT", FILE, &[origin]).await;
            assert_eq!(
                (taken.status, &taken.headers["access-control-allow-origin"]),
                (StatusCode::OK, &asked.headers["access-control-allow-origin"])
            );
        }
    }

    #[tokio::test]
    async fn nobody_else_may_nor_may_the_window_without_a_ticket() {
        let own = ORIGINS[0];
        for (path, origins) in [
            (FILE, &["https://evil.example"][..]),
            (FILE, &[]),
            (FILE, &[own, "https://evil.example"]),
            (FILE, &["null"]),
            ("/api/v1/instances/i-1/files?path=a", &[own]),
        ] {
            for method in ["OPTIONS", "PUT"] {
                let answer = ask(method, path, origins).await;
                assert!(!answer.headers.contains_key("access-control-allow-origin"), "{method} {path} {origins:?}");
            }
        }
    }

    #[test]
    fn a_ticket_is_shown_for_a_file_alone() {
        let ticketed = |uri: &str| is_ticketed(&uri.parse().unwrap());
        assert!(ticketed("/api/v1/instances/i-1/files?path=a&ticket=x"));
        for other in [
            "/api/v1/instances/i-1/files?path=ticket=x",
            "/api/v1/instances/i-1/files",
            "/api/v1/instances/i-1?ticket=x",
            "/api/v1/instances/i-1/files/ticket?ticket=x",
            "/api/v1/me?ticket=x",
        ] {
            assert!(!ticketed(other), "{other}");
        }
    }
}
