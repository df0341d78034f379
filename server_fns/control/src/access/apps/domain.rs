//! The domain of apps, and the names below it.

use std::net::SocketAddr;

use axum::http::Uri;

/// Why a domain cannot be that of apps.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadAppsDomain {
    #[error("the domain of apps `{0}` is not of the form apps.example.org")]
    Form(String),
    #[error(
        "the domain of apps `{domain}` and the console's `{console}` are one inside the other: an app could then set \
         cookies for the console. Choose a domain of its own"
    )]
    Shared { domain: String, console: String },
}

/// Where apps are found, and the console that knows who may open them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppsDomain {
    scheme: &'static str,
    domain: String,
    /// As it stands in addresses: `:8080`, or nothing.
    port: String,
    /// `scheme://host[:port]` of the console.
    console: String,
}

impl AppsDomain {
    /// `domain` as the operator wrote it; without one, a server that only this machine reaches has `apps.localhost`,
    /// and every other has none.
    ///
    /// # Errors
    /// When it is no domain, or not one of its own.
    pub fn new(
        listen: SocketAddr,
        public_url: Option<&str>,
        domain: Option<&str>,
    ) -> Result<Option<Self>, BadAppsDomain> {
        let local = format!(
            "http://{}:{}",
            if listen.ip().is_loopback() { "localhost".to_owned() } else { listen.ip().to_string() },
            listen.port()
        );
        let console = public_url.unwrap_or(&local).trim_end_matches('/').to_owned();
        let uri: Uri = console.parse().map_err(|_| BadAppsDomain::Form(console.clone()))?;
        let scheme = if uri.scheme_str() == Some("https") { "https" } else { "http" };
        let console_host = uri.host().unwrap_or_default().to_ascii_lowercase();
        let domain = match domain {
            Some(domain) => domain.trim().trim_start_matches("*.").to_ascii_lowercase(),
            None if public_url.is_none() && listen.ip().is_loopback() => "apps.localhost".to_owned(),
            None => return Ok(None),
        };
        let form = || BadAppsDomain::Form(domain.clone());
        let (name, own_port) = match domain.split_once(':') {
            Some((name, port)) => (name.to_owned(), Some(port.parse::<u16>().map_err(|_| form())?)),
            None => (domain.clone(), None),
        };
        let label = |label: &str| {
            (1..=63).contains(&label.len()) && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        if name.split('.').count() < 2 || !name.split('.').all(label) || name.parse::<std::net::IpAddr>().is_ok() {
            return Err(form());
        }
        let inside = |inner: &str, outer: &str| inner == outer || inner.ends_with(&format!(".{outer}"));
        let loopback = inside(&name, "localhost");
        if !loopback && (inside(&name, &console_host) || inside(&console_host, &name)) {
            return Err(BadAppsDomain::Shared { domain: name, console: console_host });
        }
        let usual = if scheme == "https" { 443 } else { 80 };
        let port = own_port.or_else(|| uri.port_u16()).filter(|port| *port != usual);
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        Ok(Some(Self { scheme, domain: name, port, console }))
    }

    pub(crate) const fn scheme(&self) -> &'static str {
        self.scheme
    }

    /// `scheme://domain[:port]`, for addresses that are shown.
    pub(crate) fn address(&self) -> String {
        format!("{}://{}{}", self.scheme, self.domain, self.port)
    }

    /// What stands before the domain in a host name, if it is one label of ours.
    pub(super) fn label(&self, host: &str) -> Option<String> {
        let host = host
            .rsplit_once(':')
            .map_or(host, |(name, port)| if port.bytes().all(|byte| byte.is_ascii_digit()) { name } else { host });
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        if host == self.domain {
            return Some(String::new());
        }
        let label = host.strip_suffix(self.domain.as_str())?.strip_suffix('.')?;
        Some(label.to_owned())
    }

    pub(super) fn host_of(&self, label: &str) -> String {
        format!("{label}.{}{}", self.domain, self.port)
    }

    pub(super) fn url_of(&self, label: &str, path: &str) -> String {
        format!("{}://{}{path}", self.scheme, self.host_of(label))
    }

    /// Without the port, as cookies name it.
    pub(super) fn domain(&self) -> &str {
        &self.domain
    }

    /// As browsers write it in `Origin`.
    pub(super) fn origin_of(&self, label: &str) -> String {
        self.url_of(label, "")
    }

    pub(crate) fn console(&self) -> &str {
        &self.console
    }

    pub(super) fn is_secure(&self) -> bool {
        self.scheme == "https"
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// `apps.localhost:8080`, or one that is reached over TLS alone.
    pub(in super::super) fn apps(secure: bool) -> AppsDomain {
        let (url, domain) =
            if secure { (Some("https://dockhost.example"), Some("apps.example")) } else { (None, None) };
        AppsDomain::new("127.0.0.1:8080".parse().unwrap(), url, domain).unwrap().unwrap()
    }

    fn at(listen: &str, url: Option<&str>, domain: Option<&str>) -> Result<Option<AppsDomain>, BadAppsDomain> {
        AppsDomain::new(listen.parse().unwrap(), url, domain)
    }

    #[test]
    fn only_a_server_of_this_machine_has_a_domain_by_itself() {
        let local = at("127.0.0.1:8080", None, None).unwrap().unwrap();
        assert_eq!(local.address(), "http://apps.localhost:8080");
        assert_eq!(at("0.0.0.0:8080", None, None), Ok(None));
        assert_eq!(at("127.0.0.1:8080", Some("https://dockhost.example.org"), None), Ok(None));
    }

    #[test]
    fn a_domain_that_shares_cookies_with_the_console_is_refused() {
        let console = Some("https://dockhost.example.org");
        for shared in ["dockhost.example.org", "apps.dockhost.example.org", "example.org"] {
            assert!(matches!(at("0.0.0.0:1", console, Some(shared)), Err(BadAppsDomain::Shared { .. })), "{shared}");
        }
        for bad in ["apps", "a b.example", "http://apps.example.net", "127.0.0.1", "", "apps.example.net:x"] {
            assert!(matches!(at("0.0.0.0:1", console, Some(bad)), Err(BadAppsDomain::Form(_))), "{bad:?}");
        }
        let own = at("0.0.0.0:1", console, Some("*.dockhost-apps.example")).unwrap().unwrap();
        assert_eq!(own.address(), "https://dockhost-apps.example");
    }

    #[test]
    fn host_names_are_read_as_labels() {
        let local = at("127.0.0.1:8080", None, None).unwrap().unwrap();
        for (host, label) in [
            ("80-web-1.apps.localhost:8080", Some("80-web-1")),
            ("80-Web-1.APPS.localhost.", Some("80-web-1")),
            ("apps.localhost", Some("")),
            ("localhost:8080", None),
            ("80-web-1.apps.localhost.evil.example", None),
            ("evilapps.localhost", None),
            ("[::1]:8080", None),
        ] {
            assert_eq!(local.label(host).as_deref(), label, "{host}");
        }
    }
}
