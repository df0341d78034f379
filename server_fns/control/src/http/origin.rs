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

use super::answer::{Reader, refuse_to};
use super::exposure::Exposure;
use super::{API, host_name, window};
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
        let of_public = public
            .iter()
            .filter_map(|origin| origin.split_once("://").map(|(_, host)| host_name::name(host).to_owned()));
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
            origin.strip_prefix("https://").is_some_and(|host| host_name::name(host).eq_ignore_ascii_case(name))
        };
        self.allowed.iter().find(of_name).map(String::as_str)
    }

    /// Whether that is a name of the console's host, or an address.
    pub(super) fn answers_to(&self, name: &str) -> bool {
        host_name::is_literal(name) || self.names.contains(&name.trim_end_matches('.').to_ascii_lowercase())
    }

    /// Whether a page of that origin is ours. An address is nobody else's: who opened the page by it asked for us.
    fn allows(&self, origin: &str, asked: Option<&str>) -> bool {
        self.allowed.contains(origin) || asked.is_some_and(|host| self.is_asked(origin, host))
    }

    fn is_asked(&self, origin: &str, host: &str) -> bool {
        let name = host_name::name(host);
        let ours = host_name::is_literal(name) || (self.names.contains(name) && !name.contains('.'));
        let port = host.rsplit_once(':').and_then(|(_, port)| port.parse().ok());
        let bare = if name.contains(':') { format!("[{name}]") } else { name.to_owned() };
        ours && origin == self::origin(self.exposure.scheme(), &bare, port)
    }
}

/// Refuses what a foreign page sent, before anything of it is read.
pub(super) async fn guard(State(origins): State<Arc<Origins>>, request: Request, next: Next) -> Response {
    let asked = host_name::host(&request);
    match decide(&origins, asked.as_deref(), request.method(), request.uri(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(refusal) => {
            if let Some(more) = REFUSED.tells() {
                let path = shown(request.uri().path());
                tracing::warn!(path, more, reason = refusal.message, "a request was refused for its origin");
            }
            refuse_to(&refusal, Reader::of(request.headers()))
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
mod tests;
