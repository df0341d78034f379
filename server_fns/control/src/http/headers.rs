//! What browsers are told to forbid, on every answer.

use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

use super::API;

/// The data that a page starts with is an inline script without a nonce, and Dioxus sets titles through
/// `new Function`, so scripts cannot be narrowed further; what else a foreign script would need is forbidden.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; \
    script-src 'self' 'unsafe-inline' 'unsafe-eval' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data:; font-src 'self' data:; connect-src 'self'; form-action 'self'; frame-src 'none'; \
    frame-ancestors 'none'; object-src 'none'; base-uri 'self'";

/// `tls_only`: people reach this server through TLS only, here or at a proxy in front.
pub(super) async fn harden(State(tls_only): State<bool>, request: Request, next: Next) -> Response {
    let api = request.uri().path().starts_with(API);
    let terminal = request.uri().path().starts_with("/terminal/");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut set = |name, value| headers.insert(name, HeaderValue::from_static(value));
    set(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "same-origin");
    set(header::HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(header::HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    if tls_only {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    // Its files have no hash in their names, and must all be of one version.
    if terminal {
        set(header::CACHE_CONTROL, "no-cache");
    }
    if api {
        set(header::CACHE_CONTROL, "no-store");
    }
    response
}

#[cfg(test)]
mod tests {
    use super::super::probe::{Answer, Probe, request};
    use super::*;
    use axum::Router;
    use axum::middleware::from_fn_with_state;
    use axum::routing::get;

    async fn ask(tls_only: bool, path: &str) -> Answer {
        let page = || async { ([(header::CACHE_CONTROL, "max-age=60")], "page") };
        let router = Router::new().route("/", get(page)).route("/api/v1/me", get(page));
        Probe(router.layer(from_fn_with_state(tls_only, harden))).ask(request("GET", path, &[], "")).await
    }

    #[tokio::test]
    async fn every_answer_forbids_frames_and_guessing_types() {
        for path in ["/", "/api/v1/me", "/missing"] {
            let headers = ask(false, path).await.headers;
            let policy = headers["content-security-policy"].to_str().unwrap();
            assert!(policy.contains("frame-ancestors 'none'") && policy.contains("object-src 'none'"), "{policy}");
            assert_eq!(headers["x-content-type-options"], "nosniff");
            assert!(!headers.contains_key("strict-transport-security"));
        }
        assert!(ask(true, "/").await.headers.contains_key("strict-transport-security"));
    }

    #[tokio::test]
    async fn only_answers_of_the_api_are_never_kept() {
        assert_eq!(ask(false, "/api/v1/me").await.headers["cache-control"], "no-store");
        assert_eq!(ask(false, "/").await.headers["cache-control"], "max-age=60");
    }
}
