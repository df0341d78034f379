//! What browsers are told to forbid, on every answer.

use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

use super::API;
use super::delivery::Policy;

/// What no page of ours uses, and so no script that came in by a fault of ours may.
const PERMISSIONS: &str = "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), hid=(), magnetometer=(), \
    microphone=(), midi=(), payment=(), serial=(), usb=()";

#[derive(Debug, Clone)]
pub(super) struct Answers {
    /// People reach this server through TLS only, here or at a proxy in front.
    tls_only: bool,
    /// For answers that bring none along, as pages do.
    policy: Policy,
}

impl Answers {
    pub(super) fn new(tls_only: bool) -> Self {
        Self { tls_only, policy: Policy::new([]) }
    }
}

pub(super) async fn harden(State(answers): State<Answers>, request: Request, next: Next) -> Response {
    let api = request.uri().path().starts_with(API);
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert_with(|| answers.policy.header());
    let mut set = |name, value| headers.insert(name, HeaderValue::from_static(value));
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "same-origin");
    set(header::HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(header::HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    set(header::HeaderName::from_static("permissions-policy"), PERMISSIONS);
    if answers.tls_only {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    // What has a tag is the same for everybody.
    if api && !response.headers().contains_key(header::ETAG) {
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
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
        let tagged = || async { ([(header::CACHE_CONTROL, "no-cache"), (header::ETAG, "\"1\"")], "text") };
        let router =
            Router::new().route("/", get(page)).route("/api/v1/me", get(page)).route("/api/v1/tagged", get(tagged));
        Probe(router.layer(from_fn_with_state(Answers::new(tls_only), harden))).ask(request("GET", path, &[], "")).await
    }

    #[tokio::test]
    async fn every_answer_forbids_frames_and_guessing_types() {
        for path in ["/", "/api/v1/me", "/missing"] {
            let headers = ask(false, path).await.headers;
            let policy = headers["content-security-policy"].to_str().unwrap();
            assert!(policy.contains("frame-ancestors 'none'") && policy.contains("object-src 'none'"), "{policy}");
            assert_eq!(headers["x-content-type-options"], "nosniff");
            assert!(headers["permissions-policy"].to_str().unwrap().contains("camera=()"));
            assert!(!headers.contains_key("strict-transport-security"));
        }
        assert!(ask(true, "/").await.headers.contains_key("strict-transport-security"));
    }

    #[tokio::test]
    async fn a_page_has_the_policy_that_it_brings() {
        let page = || async { ([(header::CONTENT_SECURITY_POLICY, "default-src 'self'")], "page") };
        let router = Router::new().route("/", get(page)).layer(from_fn_with_state(Answers::new(false), harden));
        let headers = Probe(router).ask(request("GET", "/", &[], "")).await.headers;
        assert_eq!(headers.get_all("content-security-policy").iter().collect::<Vec<_>>(), ["default-src 'self'"]);
    }

    #[tokio::test]
    async fn only_answers_of_the_api_are_never_kept() {
        assert_eq!(
            ask(false, "/api/v1/tagged").await.headers["cache-control"],
            "no-cache",
            "and of these none with a tag"
        );
        assert_eq!(ask(false, "/api/v1/me").await.headers["cache-control"], "no-store");
        assert_eq!(ask(false, "/").await.headers["cache-control"], "max-age=60");
    }
}
