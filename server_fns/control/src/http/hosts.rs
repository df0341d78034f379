//! Under which names the console answers: its own. A page that lets its own name lead here (DNS rebinding) is a stranger's
//! page with our content, and gets none.

use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use model::refusal::{Refusal, RefusalCode};

use super::answer::{Reader, answer};
use super::host_name::{host, name};
use super::{Dialled, Exposure, Origins, cookie};
use crate::sparse::{Sparse, shown};

/// What supervisors and nodes ask, by whatever name they have for this machine. Neither brings a cookie along.
const BY_ANY_NAME: [&str; 4] = ["/healthz", "/readyz", protocol::PATH, protocol::stream::PATH];

static REFUSED: Sparse = Sparse::new();

pub(super) async fn guard(State(origins): State<Arc<Origins>>, request: Request, next: Next) -> Response {
    if let Some(place) = under_tls(&origins, &request) {
        return (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, place)]).into_response();
    }
    let Some((status, refusal)) = refused(&origins, &request) else { return next.run(request).await };
    if let Some(more) = REFUSED.tells() {
        let host = shown(&host(&request).unwrap_or_default());
        tracing::warn!(host, more, reason = refusal.message, "a request was refused for its host");
    }
    answer(status, &refusal, Reader::of(request.headers()))
}

fn refused(origins: &Origins, request: &Request) -> Option<(StatusCode, Refusal)> {
    if BY_ANY_NAME.contains(&request.uri().path()) {
        return None;
    }
    let dialled = request.extensions().get::<ConnectInfo<Dialled>>().map(|info| info.0);
    if origins.exposure() == Exposure::Proxied && dialled.is_some_and(|dialled| dialled.passes_proxies_by()) {
        let message = "This server is reached through its https address alone. If a proxy is in between, its operator names \
                       it in DOCKHOST_TRUSTED_PROXIES.";
        return Some((StatusCode::FORBIDDEN, Refusal::new(RefusalCode::Forbidden, message)));
    }
    // A program that shows a token was not sent here by a page. The header alone says nothing: a page can set it.
    if cookie::is_of_program(request.headers()) {
        return None;
    }
    let host = host(request)?;
    if origins.answers_to(name(&host)) {
        return None;
    }
    let shown: String = shown(&host).chars().take(100).collect();
    let message = format!(
        "This server does not answer to the name `{shown}`. If it is one of its names, its operator says so in \
         DOCKHOST_PUBLIC_URL; its IP address works in any case."
    );
    Some((StatusCode::MISDIRECTED_REQUEST, Refusal::new(RefusalCode::Invalid, message)))
}

/// Where a page is that was asked for without TLS at the proxy.
fn under_tls(origins: &Origins, request: &Request) -> Option<String> {
    let dialled = request.extensions().get::<ConnectInfo<Dialled>>().map(|info| info.0)?;
    let page =
        matches!(*request.method(), Method::GET | Method::HEAD) && !request.headers().contains_key(header::UPGRADE);
    let plain = origins.exposure() == Exposure::Proxied && dialled.is_plain_in_front();
    let wanted = page && plain && !BY_ANY_NAME.contains(&request.uri().path());
    let host = host(request).filter(|_| wanted)?;
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    Some(format!("{}{path}", origins.with_tls(name(&host))?))
}

#[cfg(test)]
mod tests {
    use super::super::TrustedProxies;
    use super::super::probe::request;
    use super::*;
    use crate::auth::secret::{Secret, SecretKind};

    fn ask(path: &str, headers: &[(&str, &str)]) -> Option<u16> {
        let urls = ["https://dock.example.org".to_owned()];
        let origins = Origins::new("127.0.0.1:8080".parse().unwrap(), Exposure::Proxied, &urls).unwrap();
        let origins = origins.also_known_as(["box".to_owned()]);
        refused(&origins, &request("GET", path, headers, "")).map(|(status, _)| status.as_u16())
    }

    #[test]
    fn it_answers_to_its_own_names() {
        for own in [
            "localhost",
            "LOCALHOST:8080",
            "127.0.0.1:8080",
            "[::1]:8080",
            "192.0.2.7",
            "[2001:db8::1]",
            "dock.example.org",
            "Dock.Example.org.",
            "dock.example.org:443",
            "box:8080",
        ] {
            assert_eq!(ask("/", &[("host", own)]), None, "{own}");
        }
        assert_eq!(ask("/", &[]), None, "no browser asks without a name");
    }

    #[test]
    fn a_name_that_was_bound_to_this_address_gets_nothing() {
        for foreign in [
            "evil.example",
            "evil.example:8080",
            "dock.example.org.evil.example",
            "xdock.example.org",
            "127.0.0.1.evil.example",
            "localhost.evil.example",
            "",
            "a:b:c",
            "[",
            "dock.example.org@evil.example",
            "\u{e4}.example",
        ] {
            for path in ["/", "/sign-in", "/api/v1/welcome", "/wasm/x.js"] {
                assert_eq!(ask(path, &[("host", foreign)]), Some(421), "{foreign} {path}");
            }
        }
    }

    #[test]
    fn nodes_supervisors_and_programs_come_by_any_name() {
        for path in ["/healthz", "/readyz", protocol::PATH, protocol::stream::PATH] {
            assert_eq!(ask(path, &[("host", "lan-name")]), None, "{path}");
        }
        for kind in [SecretKind::ApiToken, SecretKind::NodeKey] {
            let token = format!("Bearer {}", Secret::generate(kind).expose());
            let program = [("host", "lan-name"), ("authorization", &token)];
            assert_eq!(ask("/api/v1/me", &program), None, "{kind:?}");
            let twice = [&program[..], &[("authorization", &token)]].concat();
            assert_eq!(ask("/api/v1/me", &twice), Some(421), "{kind:?}");
            let page = [&program[..], &[("sec-fetch-site", "same-origin")]].concat();
            assert_eq!(ask("/api/v1/me", &page), Some(421), "{kind:?} in a browser");
        }
        let session = format!("Bearer {}", Secret::generate(SecretKind::Session).expose());
        for other in ["", "Bearer", "Bearer dhp_x", "Basic YTpi", &session] {
            assert_eq!(ask("/api/v1/me", &[("host", "lan-name"), ("authorization", other)]), Some(421), "{other}");
        }
        assert_eq!(ask("/api/v1/me", &[("host", "lan-name"), ("cookie", "dh_session=x")]), Some(421));
    }

    #[test]
    fn behind_a_proxy_nobody_goes_without_tls() {
        let urls = ["https://dock.example.org".to_owned()];
        let origins = Origins::new("0.0.0.0:8080".parse().unwrap(), Exposure::Proxied, &urls).unwrap();
        let proxies: TrustedProxies = "10.0.0.1".parse().unwrap();
        let from = |peer: &str, method: &str, path: &str, proto: &str| {
            let mut request = request(method, path, &[("host", "dock.example.org"), ("x-forwarded-proto", proto)], "");
            let dialled = Dialled::new(peer.parse().unwrap(), None).of(&proxies, request.headers());
            request.extensions_mut().insert(ConnectInfo(dialled));
            (under_tls(&origins, &request), refused(&origins, &request).map(|(status, _)| status.as_u16()))
        };
        assert_eq!(from("10.0.0.1:9", "GET", "/a?b", "http"), (Some("https://dock.example.org/a?b".to_owned()), None));
        assert_eq!(from("10.0.0.1:9", "GET", "/a", "https"), (None, None));
        assert_eq!(from("10.0.0.1:9", "POST", "/a", "http"), (None, None));
        assert_eq!(from("127.0.0.1:9", "GET", "/a", "http"), (None, None), "nobody named that one");
        for proto in ["http", "https"] {
            assert_eq!(from("10.0.0.2:9", "GET", "/", proto), (None, Some(403)));
            assert_eq!(from("10.0.0.2:9", "GET", "/readyz", proto), (None, None));
        }
    }

    #[test]
    fn the_address_goes_before_the_header() {
        let absolute = request("GET", "http://evil.example/", &[("host", "localhost")], "");
        assert_eq!(host(&absolute).as_deref(), Some("evil.example"));
    }
}
