//! Which web pages may talk to this server with a person's cookie: its own, and nobody else's. A cookie goes
//! along with whatever any page sends here, and a tenant's page on a sibling domain counts as the same site,
//! so `SameSite` alone is not enough.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, Uri, header};
use axum::middleware::Next;
use axum::response::Response;
use model::refusal::{Refusal, RefusalCode};

use super::answer::{Reader, refuse};
use super::exposure::Exposure;
use super::{API, hosts, window};
use crate::sparse::{Sparse, shown};

/// An address in the configuration that is not one a browser could have open.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the public URL `{0}` is not of the form https://host or http://host:port")]
pub struct BadPublicUrl(pub String);

/// The origins of our own pages: `scheme://host`, with the port where it is not the usual one; and the names of their hosts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origins {
    allowed: BTreeSet<String>,
    names: BTreeSet<String>,
    exposure: Exposure,
    strict: bool,
}

static REFUSED: Sparse = Sparse::new();

impl Origins {
    /// Those under which this machine reaches itself, and the public ones.
    ///
    /// # Errors
    /// When a public URL cannot be read.
    pub fn new(listen: SocketAddr, exposure: Exposure, public_urls: &[String]) -> Result<Self, BadPublicUrl> {
        let port = listen.port();
        let mut hosts = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "[::1]".to_owned()];
        match listen.ip() {
            ip if ip.is_unspecified() => {}
            IpAddr::V4(ip) => hosts.push(ip.to_string()),
            IpAddr::V6(ip) => hosts.push(format!("[{ip}]")),
        }
        let own = hosts.iter().map(|host| origin(exposure.scheme(), host, Some(port)));
        let public = public_urls.iter().map(|url| origin_of(url).ok_or_else(|| BadPublicUrl(url.clone())));
        let public = public.collect::<Result<Vec<_>, _>>()?;
        let strict =
            exposure.is_strict() && !public.is_empty() && public.iter().all(|origin| origin.starts_with("https://"));
        let of_public =
            public.iter().filter_map(|origin| origin.split_once("://").map(|(_, host)| hosts::name(host).to_owned()));
        let names = of_public.chain(["localhost".to_owned()]).collect();
        Ok(Self { allowed: own.chain(public).collect(), names, exposure, strict })
    }

    /// Other names of this machine, by which people and programs beside it reach it.
    #[must_use]
    pub fn also_known_as(mut self, names: impl IntoIterator<Item = String>) -> Self {
        self.names.extend(names.into_iter().map(|name| name.trim_end_matches('.').to_ascii_lowercase()));
        self
    }

    /// Whether browsers may be told to never try without TLS: there are public addresses, each is `https`, and its
    /// certificate is one that they accept.
    pub(super) const fn strict(&self) -> bool {
        self.strict
    }

    pub(super) const fn exposure(&self) -> Exposure {
        self.exposure
    }

    /// The public URL of that name, if it is `https`.
    pub(super) fn with_tls(&self, name: &str) -> Option<&str> {
        let of_name = |origin: &&String| {
            origin.strip_prefix("https://").is_some_and(|host| hosts::name(host).eq_ignore_ascii_case(name))
        };
        self.allowed.iter().find(of_name).map(String::as_str)
    }

    /// Whether that is a name of the console's host, or an address.
    pub(super) fn answers_to(&self, name: &str) -> bool {
        hosts::is_literal(name) || self.names.contains(&name.trim_end_matches('.').to_ascii_lowercase())
    }

    /// Whether a page of that origin is ours. An address is nobody else's: who opened the page by it asked for us.
    fn allows(&self, origin: &str, asked: Option<&str>) -> bool {
        self.allowed.contains(origin) || asked.is_some_and(|host| self.is_asked(origin, host))
    }

    fn is_asked(&self, origin: &str, host: &str) -> bool {
        let name = hosts::name(host);
        let ours = hosts::is_literal(name) || (self.names.contains(name) && !name.contains('.'));
        let port = host.rsplit_once(':').and_then(|(_, port)| port.parse().ok());
        let bare = if name.contains(':') { format!("[{name}]") } else { name.to_owned() };
        ours && origin == self::origin(self.exposure.scheme(), &bare, port)
    }
}

/// Refuses what a foreign page sent, before anything of it is read.
pub(super) async fn guard(State(origins): State<Arc<Origins>>, request: Request, next: Next) -> Response {
    let asked = hosts::host(&request);
    match decide(&origins, asked.as_deref(), request.method(), request.uri(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(refusal) => {
            if let Some(more) = REFUSED.tells() {
                let path = shown(request.uri().path());
                tracing::warn!(path, more, reason = refusal.message, "a request was refused for its origin");
            }
            refuse(&refusal, Reader::of(request.headers()))
        }
    }
}

/// A request with neither header is not from a browser, or from one that asks for what any link may ask for;
/// no cookie of a person can have been put to use by somebody else's page.
fn decide(
    origins: &Origins,
    asked: Option<&str>,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
) -> Result<(), Refusal> {
    if window::shows_ticket(uri, headers) {
        return Ok(());
    }
    let mut seen = headers.get_all(header::ORIGIN).iter();
    let origin = seen.next();
    if let Some(origin) = origin {
        let text = origin.to_str().unwrap_or_default();
        if seen.next().is_some() || !origins.allows(text, asked) {
            return Err(foreign(&String::from_utf8_lossy(origin.as_bytes())));
        }
    }
    let Some(site) = headers.get("sec-fetch-site") else { return Ok(()) };
    let upgrade = headers.contains_key(header::UPGRADE);
    let safe = matches!(*method, Method::GET | Method::HEAD);
    let navigation = headers.get("sec-fetch-mode").is_some_and(|mode| mode == "navigate");
    let own = site == "same-origin" || site == "none";
    let link = safe && navigation && !upgrade && !uri.path().starts_with(API);
    if !own && !link {
        return Err(foreign(origin.and_then(|origin| origin.to_str().ok()).unwrap_or("another website")));
    }
    let bearer = headers.contains_key(header::AUTHORIZATION);
    if upgrade && origin.is_none() && headers.contains_key(header::COOKIE) && !bearer {
        return Err(Refusal::new(
            RefusalCode::Forbidden,
            "A browser opened this WebSocket with a cookie but without saying from which page: the header `Origin` is \
             missing.",
        ));
    }
    Ok(())
}

fn foreign(origin: &str) -> Refusal {
    let shown: String = shown(origin).chars().take(100).collect();
    Refusal::new(
        RefusalCode::Forbidden,
        format!(
            "The request comes from a page of `{shown}`, which is not an address of this server. If it is one, its \
             operator allows it by setting DOCKHOST_PUBLIC_URL."
        ),
    )
}

fn origin_of(url: &str) -> Option<String> {
    let uri: Uri = url.trim().parse().ok()?;
    let scheme = uri.scheme_str().filter(|scheme| matches!(*scheme, "http" | "https"))?;
    let authority = uri.authority()?;
    let user_given = authority.as_str().contains('@');
    let port_readable = authority.port().is_none() == (authority.as_str() == authority.host());
    (!user_given && port_readable && !authority.host().is_empty())
        .then(|| origin(scheme, authority.host(), authority.port_u16()))
}

/// As browsers write it: in lower case, without the usual port.
fn origin(scheme: &str, host: &str, port: Option<u16>) -> String {
    let host = host.to_ascii_lowercase();
    match (scheme, port) {
        (_, None) | ("http", Some(80)) | ("https", Some(443)) => format!("{scheme}://{host}"),
        (_, Some(port)) => format!("{scheme}://{host}:{port}"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::exposure::Certificate;
    use super::super::probe::request;
    use super::*;

    fn origins() -> Origins {
        let urls = ["https://Dock.Example.org/".to_owned()];
        Origins::new("0.0.0.0:8080".parse().unwrap(), Exposure::Insecure, &urls)
            .unwrap()
            .also_known_as(["box".to_owned()])
    }

    fn ask(method: &str, path: &str, headers: &[(&str, &str)]) -> Result<(), Refusal> {
        let request = request(method, path, headers, "");
        let host = hosts::host(&request);
        decide(&origins(), host.as_deref(), request.method(), request.uri(), request.headers())
    }

    #[test]
    fn our_own_pages_may() {
        for own in ["http://localhost:8080", "http://127.0.0.1:8080", "http://[::1]:8080", "https://dock.example.org"] {
            let headers = [("origin", own), ("sec-fetch-site", "same-origin"), ("cookie", "dh_session=x")];
            assert_eq!(ask("POST", "/api/v1/instances", &headers), Ok(()));
            assert_eq!(ask("GET", "/api/v1/live", &[&headers[..], &[("upgrade", "websocket")]].concat()), Ok(()));
        }
    }

    #[test]
    fn whoever_opened_the_page_by_an_address_may() {
        for (host, origin) in [
            ("192.0.2.7:8080", "http://192.0.2.7:8080"),
            ("[2001:db8::1]:8080", "http://[2001:db8::1]:8080"),
            ("192.0.2.7", "http://192.0.2.7"),
            ("box:8080", "http://box:8080"),
        ] {
            assert_eq!(ask("POST", "/api/v1/sign-in", &[("host", host), ("origin", origin)]), Ok(()), "{host}");
        }
        for (host, origin) in [
            ("192.0.2.7:8080", "http://192.0.2.7:8081"),
            ("192.0.2.7:8080", "https://192.0.2.7:8080"),
            ("192.0.2.7:8080", "http://192.0.2.8:8080"),
            ("evil.example:8080", "http://evil.example:8080"),
            ("box:8080", "http://box:1080"),
        ] {
            assert!(ask("POST", "/api/v1/sign-in", &[("host", host), ("origin", origin)]).is_err(), "{host} {origin}");
        }
    }

    #[test]
    fn other_pages_may_not_and_are_named() {
        for foreign in [
            "null",
            "http://evil.example",
            "http://dock.example.org",
            "https://dock.example.org:8443",
            "https://dock.example.org.evil.example",
            "https://app.dock.example.org",
            "http://localhost:8081",
            "",
            "https://dock.example.org https://evil.example",
        ] {
            let refusal = ask("POST", "/api/v1/instances", &[("origin", foreign)]).expect_err(foreign);
            assert_eq!(refusal.code, RefusalCode::Forbidden);
            assert!(refusal.message.contains(&format!("`{foreign}`")), "{}", refusal.message);
            assert!(refusal.message.contains("DOCKHOST_PUBLIC_URL"));
            assert!(ask("GET", "/", &[("origin", foreign), ("upgrade", "websocket")]).is_err());
        }
        let twice = [("origin", "http://localhost:8080"), ("origin", "http://evil.example")];
        assert!(ask("POST", "/api/v1/instances", &twice).is_err());
    }

    #[test]
    fn a_link_from_elsewhere_opens_a_page_and_nothing_else() {
        for site in ["cross-site", "same-site"] {
            let link = [("sec-fetch-site", site), ("sec-fetch-mode", "navigate")];
            assert_eq!(ask("GET", "/instances", &link), Ok(()));
            assert!(ask("POST", "/instances", &link).is_err());
            assert!(ask("GET", "/api/v1/instances", &link).is_err());
            assert!(ask("GET", "/instances", &[&link[..], &[("upgrade", "websocket")]].concat()).is_err());
            assert!(ask("GET", "/instances", &[("sec-fetch-site", site), ("sec-fetch-mode", "no-cors")]).is_err());
        }
        assert_eq!(ask("GET", "/api/v1/instances", &[("sec-fetch-site", "none")]), Ok(()));
    }

    #[test]
    fn the_desktop_window_may_with_a_ticket() {
        let window = [("origin", "dioxus://index.html"), ("sec-fetch-site", "cross-site"), ("upgrade", "websocket")];
        assert_eq!(ask("GET", "/api/v1/terminal?ticket=x", &window), Ok(()));
        assert_eq!(ask("PUT", "/api/v1/instances/i-1/files?path=a&ticket=x", &window[..2]), Ok(()));
        for other in ["/api/v1/live", "/api/v1/instances", "/api/v1/instances/i-1/files?path=a"] {
            assert!(ask("GET", other, &window).is_err(), "{other}");
        }
        let foreign = [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site"), ("upgrade", "websocket")];
        assert!(ask("GET", "/api/v1/terminal?ticket=x", &foreign).is_err());
    }

    #[test]
    fn programs_send_neither_header_and_may() {
        assert_eq!(ask("POST", "/api/v1/instances", &[("authorization", "Bearer dhp_x")]), Ok(()));
        assert_eq!(ask("POST", "/api/v1/instances", &[("cookie", "dh_session=x")]), Ok(()));
        assert_eq!(ask("GET", "/api/v1/live", &[("cookie", "dh_session=x"), ("upgrade", "websocket")]), Ok(()));
    }

    #[test]
    fn a_browsers_socket_with_a_cookie_needs_an_origin() {
        let socket = [("cookie", "dh_session=x"), ("upgrade", "websocket"), ("sec-fetch-site", "same-origin")];
        assert!(ask("GET", "/api/v1/live", &socket).is_err());
        assert_eq!(ask("GET", "/api/v1/live", &[&socket[..], &[("authorization", "Bearer x")]].concat()), Ok(()));
        assert_eq!(ask("GET", "/api/v1/live", &socket[1..]), Ok(()));
    }

    #[test]
    fn public_urls_are_read_as_browsers_write_them() {
        let read = |exposure, url: &str| Origins::new("10.0.0.5:80".parse().unwrap(), exposure, &[url.to_owned()]);
        let plain = |url: &str| read(Exposure::Insecure, url);
        assert!(plain("HTTPS://Dock.Example.org:443/x").unwrap().allows("https://dock.example.org", None));
        assert!(plain("http://[2001:db8::1]:3000").unwrap().allows("http://[2001:db8::1]:3000", None));
        assert!(plain("https://a.example").unwrap().allows("http://10.0.0.5", None));
        let tls = |certificate, url: &str| read(Exposure::Tls(certificate), url).unwrap();
        assert!(tls(Certificate::Given, "https://a.example").allows("https://10.0.0.5:80", None));
        assert!(tls(Certificate::Given, "https://a.example").strict());
        assert!(!tls(Certificate::Made, "https://a.example").strict());
        assert!(read(Exposure::Proxied, "https://a.example").unwrap().strict());
        assert!(!plain("http://a.example").unwrap().strict());
        assert!(!Origins::new("127.0.0.1:443".parse().unwrap(), Exposure::Loopback, &[]).unwrap().strict());
        for bad in ["dock.example.org", "", "ftp://a.example", "https://", "/x", "https://ada@a.example", "*"] {
            assert_eq!(plain(bad), Err(BadPublicUrl(bad.to_owned())), "{bad}");
        }
    }
}
