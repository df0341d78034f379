//! One shape for every "no" of the API. Server functions answer theirs inside a wrapper of Dioxus, a body that
//! cannot be read as status 500 with a text, a panic as text; whoever calls gets `{code, message, field?}`.

use axum::body::Body;
use axum::extract::{MatchedPath, Request};
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use model::refusal::{Refusal, RefusalCode};
use serde::Deserialize;

use super::answer::{Reader, answer, refuse_to, status};
use super::unread::unreadable;
use super::{API, query};

/// Longer than any refusal of ours; of anything longer we keep the status only.
const MAX_ERROR_BYTES: usize = 64 * 1024;
/// Making an instance is accepted here and done on a node.
const ACCEPTED: (Method, &str) = (Method::POST, "/api/v1/instances");
/// How Dioxus begins what it says of arguments that serde could not read.
const UNREADABLE: &str = "error deserializing server function results: ";
/// How axum begins what it says of JSON, and of a query, that is not what was asked for.
const OTHER_SHAPE: [&str; 2] =
    ["Failed to deserialize the JSON body into the target type: ", "Failed to deserialize query string: "];

pub(super) async fn reshape(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if !path.starts_with(API) {
        return next.run(request).await;
    }
    let reader = Reader::of(request.headers());
    let Some(route) = request.extensions().get::<MatchedPath>() else {
        let refusal = Refusal::new(RefusalCode::NotFound, format!("There is no `{path}` in this server's API."));
        return refuse_to(&refusal, reader);
    };
    if let Some(refusal) = query::stray(route.as_str(), request.uri().query().unwrap_or_default()) {
        return refuse_to(&refusal, reader);
    }
    let accepted = *request.method() == ACCEPTED.0 && path == ACCEPTED.1;
    let mut response = next.run(request).await;
    if response.status() == StatusCode::OK && accepted {
        *response.status_mut() = StatusCode::ACCEPTED;
    }
    if response.status().is_client_error() || response.status().is_server_error() {
        return reshaped(response, reader).await;
    }
    response
}

async fn reshaped(response: Response, reader: Reader) -> Response {
    let (mut parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, MAX_ERROR_BYTES).await.unwrap_or_default();
    let Some((status, refusal)) = rewrite(parts.status, &bytes) else {
        return Response::from_parts(parts, Body::from(bytes));
    };
    let (shape, body) = answer(status, &refusal, reader).into_parts();
    parts.status = shape.status;
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.extend(shape.headers);
    Response::from_parts(parts, body)
}

/// The shapes that an error can have on its way out.
#[derive(Deserialize)]
#[serde(untagged)]
enum Shape {
    Ours(Refusal),
    Wrapped { data: Refusal },
    Dioxus { error: String },
}

/// What an error answer should have been; `None` for an answer that is no error.
fn rewrite(was: StatusCode, body: &[u8]) -> Option<(StatusCode, Refusal)> {
    if !was.is_client_error() && !was.is_server_error() {
        return None;
    }
    Some(match serde_json::from_slice(body) {
        Ok(Shape::Ours(refusal) | Shape::Wrapped { data: refusal }) => (status(refusal.code), refusal),
        Ok(Shape::Dioxus { error }) => match error.strip_prefix(UNREADABLE) {
            Some(reason) => (StatusCode::BAD_REQUEST, unreadable(reason)),
            None => (was, by_status(was, "")),
        },
        Err(_) => {
            // What axum cannot read it tells apart by three numbers; to a caller all of them are a bad request.
            let status = if matches!(was.as_u16(), 415 | 422) { StatusCode::BAD_REQUEST } else { was };
            let text = text(body);
            match OTHER_SHAPE.iter().find_map(|begin| text.strip_prefix(begin)) {
                Some(reason) if status == StatusCode::BAD_REQUEST => (status, unreadable(reason)),
                Some(_) | None => (status, by_status(was, text)),
            }
        }
    })
}

fn text(body: &[u8]) -> &str {
    std::str::from_utf8(body).unwrap_or_default()
}

/// `text` is passed on only where it speaks of the request: a 400 or 422 of an extractor.
fn by_status(status: StatusCode, text: &str) -> Refusal {
    let (code, message) = match status.as_u16() {
        400 | 422 if readable(text) => {
            return Refusal::new(RefusalCode::Invalid, format!("{}.", text.trim_end_matches('.')));
        }
        400 | 422 => {
            (RefusalCode::Invalid, "The request cannot be read. Compare it with the documentation of the API.")
        }
        401 => return Refusal::unauthenticated(),
        403 => (RefusalCode::Forbidden, "This is not allowed to you."),
        404 => (RefusalCode::NotFound, "There is no such thing in this server's API, or it is not yours."),
        405 => (RefusalCode::Invalid, "The path takes other methods only; the header `Allow` names them."),
        413 => (RefusalCode::TooLarge, "The request is too large."),
        415 => (RefusalCode::Invalid, "Send the header `Content-Type: application/json`."),
        426 => (RefusalCode::Invalid, "This path takes WebSocket connections only."),
        429 => (RefusalCode::RateLimited, "Too many requests. Try again in a few seconds."),
        503 => (RefusalCode::Unavailable, "The server cannot take this now. Try again in a few seconds."),
        _ => return Refusal::failed(),
    };
    Refusal::new(code, message)
}

fn readable(text: &str) -> bool {
    (1..=300).contains(&text.len()) && !text.starts_with(['<', '{', '[']) && !text.contains(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::super::probe::{Answer, Probe, request};
    use super::*;
    use axum::Router;
    use axum::middleware::from_fn;
    use axum::routing::{get, post};

    const CONFLICT: &str = r#"{"message":"`web` is in use.","code":409,
        "data":{"code":"conflict","message":"`web` is in use.","field":"name"}}"#;

    fn rewritten(status: u16, body: &str) -> (u16, Refusal) {
        let (status, refusal) = rewrite(StatusCode::from_u16(status).unwrap(), body.as_bytes()).unwrap();
        (status.as_u16(), refusal)
    }

    async fn ask(method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        let router = Router::new()
            .route("/api/v1/instances", post(|| async { "{}" }).get(|| async { "[]" }))
            .route("/api/v1/conflict", get(|| async { (StatusCode::CONFLICT, [("x-kept", "1")], CONFLICT) }))
            .fallback(get(|| async { "<html>" }));
        Probe(router.layer(from_fn(reshape))).ask(request(method, path, headers, "")).await
    }

    #[test]
    fn a_refusal_is_taken_out_of_its_wrapper() {
        let refusal = Refusal::new(RefusalCode::Conflict, "`web` is in use.").at("name");
        assert_eq!(rewritten(409, CONFLICT), (409, refusal.clone()));
        assert_eq!(rewritten(500, CONFLICT), (409, refusal.clone()), "the code decides, not what carried it");
        assert_eq!(rewritten(409, &serde_json::to_string(&refusal).unwrap()), (409, refusal));
    }

    #[test]
    fn a_body_of_the_wrong_shape_is_the_callers_fault() {
        let body = format!(r#"{{"error":"{UNREADABLE}missing field `name` at line 1 column 2"}}"#);
        let (status, refusal) = rewritten(500, &body);
        assert_eq!((status, refusal.code, refusal.field.as_deref()), (400, RefusalCode::Invalid, Some("name")));
        assert_eq!(refusal.message, "The request cannot be read: missing field `name`.");
        let body =
            format!(r#"{{"error":"{UNREADABLE}invalid type: integer `1`, expected a string at line 1 column 9"}}"#);
        assert_eq!(
            rewritten(500, &body).1.message,
            "The request cannot be read: invalid type: integer `1`, expected a string."
        );
        assert_eq!(rewritten(400, "Invalid URL: Cannot parse `x`").1.message, "Invalid URL: Cannot parse `x`.");
    }

    #[test]
    fn a_field_of_a_json_body_or_of_a_query_is_named() {
        let body =
            format!("{}limits.memory: unknown field `memory`, expected `cpus` at line 1 column 20", OTHER_SHAPE[0]);
        let (status, refusal) = rewritten(422, &body);
        assert_eq!(
            (status, refusal.code, refusal.field.as_deref()),
            (400, RefusalCode::Invalid, Some("limits.memory"))
        );
        let (status, refusal) = rewritten(400, &format!("{}missing field `path`", OTHER_SHAPE[1]));
        assert_eq!((status, refusal.field.as_deref()), (400, Some("path")));
        assert_eq!(rewritten(500, &body).1.code, RefusalCode::Internal, "only what speaks of the request is passed on");
    }

    #[tokio::test]
    async fn a_parameter_that_the_route_does_not_have_is_refused() {
        let answer = ask("POST", "/api/v1/instances?image=debian-12", &[]).await;
        let refusal: Refusal = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!((answer.status, refusal.field.as_deref()), (StatusCode::BAD_REQUEST, Some("image")));
        assert_eq!(ask("GET", "/api/v1/instances?", &[]).await.status, StatusCode::OK);
        assert_eq!(ask("GET", "/nothing?x=1", &[]).await.status, StatusCode::OK, "a page's address may hold anything");
    }

    #[test]
    fn nothing_from_inside_gets_out() {
        for inside in [
            "Server function panicked: index out of bounds at src/x.rs:7",
            r#"{"error":"disk /var/lib full"}"#,
            "",
            r#"{"message":"secret","code":500}"#,
            "<html>secret</html>",
            "\u{0}",
        ] {
            let (status, refusal) = rewritten(500, inside);
            assert_eq!((status, refusal.code), (500, RefusalCode::Internal));
            assert!(!refusal.message.contains("secret") && !refusal.message.contains("src/"), "{}", refusal.message);
        }
        assert_eq!(rewritten(418, "short and stout").0, 418);
        assert_eq!(rewritten(503, "").1.code, RefusalCode::Unavailable);
        assert!(rewrite(StatusCode::OK, b"{\"error\":\"x\"}").is_none());
        assert!(rewrite(StatusCode::SWITCHING_PROTOCOLS, b"").is_none());
    }

    #[tokio::test]
    async fn programs_get_the_refusal_and_the_dioxus_client_its_wrapper() {
        let program = ask("GET", "/api/v1/conflict", &[]).await;
        let refusal: Refusal = serde_json::from_slice(&program.body).unwrap();
        assert_eq!((program.status, refusal.field.as_deref()), (StatusCode::CONFLICT, Some("name")));
        assert_eq!(
            (&program.headers["content-type"], &program.headers["x-kept"]),
            (&"application/problem+json".parse().unwrap(), &"1".parse().unwrap())
        );
        let dioxus = ask("GET", "/api/v1/conflict", &[("x-request-client", "dioxus")]).await;
        let wrapped: serde_json::Value = serde_json::from_slice(&dioxus.body).unwrap();
        for (name, value) in serde_json::from_str::<serde_json::Value>(CONFLICT).unwrap().as_object().unwrap() {
            assert_eq!(&wrapped[name], value, "the client looks for {name}");
        }
        assert_eq!((&wrapped["status"], &wrapped["detail"]), (&409.into(), &"`web` is in use.".into()));
        assert_eq!(dioxus.headers["content-type"], program.headers["content-type"]);
    }

    #[tokio::test]
    async fn unknown_paths_and_methods_are_told_apart() {
        for method in ["GET", "POST", "DELETE"] {
            let answer = ask(method, "/api/v1/nothing", &[]).await;
            let refusal: Refusal = serde_json::from_slice(&answer.body).unwrap();
            assert_eq!((answer.status, refusal.code), (StatusCode::NOT_FOUND, RefusalCode::NotFound));
        }
        let answer = ask("DELETE", "/api/v1/instances", &[]).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
        assert!(answer.headers.contains_key("allow"));
        assert!(serde_json::from_slice::<Refusal>(&answer.body).is_ok());
        assert_eq!(ask("GET", "/nothing", &[]).await.body, "<html>");
    }

    #[tokio::test]
    async fn making_an_instance_is_accepted_and_not_done() {
        assert_eq!(ask("POST", "/api/v1/instances", &[]).await.status, StatusCode::ACCEPTED);
        assert_eq!(ask("GET", "/api/v1/instances", &[]).await.status, StatusCode::OK);
    }
}
