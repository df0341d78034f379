//! Who can overhear what people and the server say to each other. It is decided once, at the start, from what the
//! operator set; cookies, the banner and the listener follow it.

use std::net::{IpAddr, SocketAddr};

use axum::http::Uri;

/// How people reach the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Exposure {
    /// Plain HTTP that never leaves this machine. Tenants' ports may share the host name, and browsers give a cookie to
    /// every port of a host: see [`Exposure::shares_host`].
    #[default]
    Loopback,
    /// Plain HTTP here, and every public URL is `https`: a reverse proxy ends TLS. It is on this machine, or the
    /// operator has named it.
    Proxied,
    /// TLS here.
    Tls(Certificate),
    /// Plain HTTP beyond this machine, which the operator asked for by name: whoever is on the way reads and changes
    /// everything. It is said at the start and stands in a banner.
    Insecure,
}

/// Where the certificate of our own TLS comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certificate {
    /// Files that the operator gave, and every public URL is `https`: browsers are told to take no other.
    Given,
    /// Files that the operator gave, but no public URL or a plain one among them: browsers are not told, so whoever sees a
    /// warning can click it away.
    Unnamed,
    /// Made by the server at its first start. Browsers warn of it once; nodes pin its fingerprint.
    Made,
}

/// What decides it.
#[derive(Debug, Clone, Copy)]
pub struct ListenOptions<'a> {
    pub listen: SocketAddr,
    pub public_urls: &'a [String],
    /// Certificate and key were given as files.
    pub certificate: bool,
    /// `--insecure-http`.
    pub insecure: bool,
    /// At least one proxy is named.
    pub proxies: bool,
}

impl Exposure {
    /// # Errors
    /// What contradicts itself, or would send passwords in the clear without having been asked to, in words for the
    /// operator.
    pub fn decide(asked: ListenOptions<'_>) -> Result<Self, String> {
        let ListenOptions { listen, public_urls, certificate, insecure, proxies } = asked;
        let plain = public_urls.iter().find(|url| is_plain(url) && !is_near(url));
        let loopback = listen.ip().to_canonical().is_loopback();
        if certificate && insecure {
            return Err("--insecure-http and --tls-certificate exclude each other: leave one of them out".to_owned());
        }
        if insecure {
            return Ok(if loopback && plain.is_none() { Self::of_loopback(public_urls) } else { Self::Insecure });
        }
        if let Some(url) = plain {
            return Err(format!(
                "the public URL {url} is plain HTTP beyond this machine, where passwords can be read on the way. Write \
                 https:// and let DockHost or a reverse proxy speak TLS; or, if nobody can listen there, ask for plain \
                 HTTP with --insecure-http (DOCKHOST_INSECURE_HTTP=true)"
            ));
        }
        if certificate {
            let named = !public_urls.is_empty() && !public_urls.iter().any(|url| is_plain(url));
            return Ok(Self::Tls(if named { Certificate::Given } else { Certificate::Unnamed }));
        }
        if loopback {
            return Ok(Self::of_loopback(public_urls));
        }
        match (proxies, public_urls.iter().any(|url| !is_plain(url))) {
            (true, true) => Ok(Self::Proxied),
            (true, false) => Err(
                "a proxy is named with --trusted-proxies, but not the https:// address under which it is reached: give \
                 that with --public-url (DOCKHOST_PUBLIC_URL)"
                    .to_owned(),
            ),
            (false, _) => Ok(Self::Tls(Certificate::Made)),
        }
    }

    fn of_loopback(public_urls: &[String]) -> Self {
        if public_urls.iter().any(|url| !is_plain(url)) { Self::Proxied } else { Self::Loopback }
    }

    /// Whether people come through TLS only, here or at the proxy: cookies are `Secure`.
    pub const fn is_secure(self) -> bool {
        matches!(self, Self::Proxied | Self::Tls(_))
    }

    /// Whether a tenant's port of the same host name can be given the console's cookie, or set it: browsers tell ports
    /// of a host apart neither over plain HTTP nor where people can click a warning away.
    pub const fn shares_host(self) -> bool {
        matches!(self, Self::Loopback | Self::Insecure | Self::Tls(Certificate::Made | Certificate::Unnamed))
    }

    /// Whether other machines reach it.
    pub const fn is_beyond_loopback(self) -> bool {
        !matches!(self, Self::Loopback)
    }

    /// Whether whoever is on the way reads along.
    pub const fn is_insecure(self) -> bool {
        matches!(self, Self::Insecure)
    }

    /// Whether a session's cookie alone may draw the page that a browser navigates to: no tenant can have it. On loopback
    /// that depends on where the instances' ports are: `shared` says that some have a host name of the console.
    pub const fn draws_by_cookie(self, shared: bool) -> bool {
        !self.shares_host() || (matches!(self, Self::Loopback) && !shared)
    }

    /// Whether browsers may be told to never try plain HTTP here again: only where the certificate is one that they
    /// accept without a question, under every name that they were given.
    pub const fn is_strict(self) -> bool {
        matches!(self, Self::Proxied | Self::Tls(Certificate::Given))
    }

    /// The scheme that our own listener speaks.
    pub const fn scheme(self) -> &'static str {
        match self {
            Self::Tls(_) => "https",
            Self::Loopback | Self::Proxied | Self::Insecure => "http",
        }
    }
}

fn is_plain(url: &str) -> bool {
    !url.trim().to_ascii_lowercase().starts_with("https://")
}

/// Whether it names this machine, for this machine alone.
fn is_near(url: &str) -> bool {
    let Ok(uri) = url.trim().parse::<Uri>() else { return false };
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']).to_ascii_lowercase();
    let name = host == "localhost" || host.ends_with(".localhost");
    name || host.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTHING: ListenOptions<'static> = ListenOptions {
        listen: SocketAddr::new(IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8080),
        public_urls: &[],
        certificate: false,
        insecure: false,
        proxies: false,
    };

    fn at(listen: &str, urls: &[&str], more: ListenOptions<'_>) -> Result<Exposure, String> {
        let urls: Vec<String> = urls.iter().map(|url| (*url).to_owned()).collect();
        Exposure::decide(ListenOptions { listen: listen.parse().unwrap(), public_urls: &urls, ..more })
    }

    #[test]
    fn plain_http_stays_on_this_machine_unless_it_is_asked_for() {
        for listen in ["127.0.0.1:8080", "127.9.9.9:80", "[::1]:8080", "[::ffff:127.0.0.1]:8080"] {
            assert_eq!(at(listen, &[], NOTHING), Ok(Exposure::Loopback), "{listen}");
        }
        for listen in ["0.0.0.0:8080", "[::]:8080", "192.0.2.7:80", "[2001:db8::1]:80"] {
            assert_eq!(at(listen, &[], NOTHING), Ok(Exposure::Tls(Certificate::Made)), "{listen}");
            assert_eq!(at(listen, &[], ListenOptions { insecure: true, ..NOTHING }), Ok(Exposure::Insecure));
        }
        assert_eq!(at("127.0.0.1:1", &["http://localhost:1", "http://127.0.0.1:1"], NOTHING), Ok(Exposure::Loopback));
        for url in
            ["http://dock.example.org", "HTTP://dock.example.org", "http://192.0.2.7:8080", "http://localhost.example"]
        {
            for listen in ["127.0.0.1:8080", "0.0.0.0:8080"] {
                let refused = at(listen, &["https://a.example", url], NOTHING).unwrap_err();
                assert!(refused.contains(url) && refused.contains("--insecure-http"), "{refused}");
                assert_eq!(at(listen, &[url], ListenOptions { insecure: true, ..NOTHING }), Ok(Exposure::Insecure));
            }
            assert!(at("0.0.0.0:1", &[url], ListenOptions { certificate: true, ..NOTHING }).is_err());
        }
    }

    #[test]
    fn behind_a_proxy_it_is_plain_here_and_tls_for_people() {
        let named = ListenOptions { proxies: true, ..NOTHING };
        assert_eq!(at("127.0.0.1:8080", &["https://dock.example.org"], NOTHING), Ok(Exposure::Proxied));
        assert_eq!(at("10.0.0.5:8080", &["https://dock.example.org"], named), Ok(Exposure::Proxied));
        assert_eq!(at("10.0.0.5:8080", &["https://dock.example.org"], NOTHING), Ok(Exposure::Tls(Certificate::Made)));
        assert!(at("10.0.0.5:8080", &[], named).unwrap_err().contains("--public-url"));
        assert_eq!(at("127.0.0.1:8080", &[], named), Ok(Exposure::Loopback));
    }

    #[test]
    fn files_make_it_tls_wherever_it_listens() {
        let files = ListenOptions { certificate: true, ..NOTHING };
        for listen in ["127.0.0.1:8443", "0.0.0.0:443"] {
            assert_eq!(at(listen, &["https://dock.example.org"], files), Ok(Exposure::Tls(Certificate::Given)));
            for urls in [&[][..], &["http://localhost:1"], &["https://dock.example.org", "http://localhost:1"]] {
                assert_eq!(at(listen, urls, files), Ok(Exposure::Tls(Certificate::Unnamed)), "{urls:?}");
            }
        }
        assert!(at("0.0.0.0:443", &[], ListenOptions { insecure: true, ..files }).is_err());
    }

    #[test]
    fn what_follows_from_it() {
        let all = [
            (Exposure::Loopback, false, true, "http"),
            (Exposure::Insecure, false, true, "http"),
            (Exposure::Proxied, true, false, "http"),
            (Exposure::Tls(Certificate::Given), true, false, "https"),
            (Exposure::Tls(Certificate::Unnamed), true, true, "https"),
            (Exposure::Tls(Certificate::Made), true, true, "https"),
        ];
        for (exposure, secure, shares, scheme) in all {
            assert_eq!((exposure.is_secure(), exposure.shares_host(), exposure.scheme()), (secure, shares, scheme));
            assert_eq!(exposure.is_beyond_loopback(), exposure != Exposure::Loopback);
            assert_eq!(exposure.is_insecure(), exposure == Exposure::Insecure);
        }
    }

    #[test]
    fn a_cookie_alone_draws_where_no_tenant_can_have_it() {
        for (exposure, apart, shared) in [
            (Exposure::Loopback, true, false),
            (Exposure::Insecure, false, false),
            (Exposure::Proxied, true, true),
            (Exposure::Tls(Certificate::Given), true, true),
            (Exposure::Tls(Certificate::Unnamed), false, false),
            (Exposure::Tls(Certificate::Made), false, false),
        ] {
            let draws = (exposure.draws_by_cookie(false), exposure.draws_by_cookie(true));
            assert_eq!(draws, (apart, shared), "{exposure:?}");
        }
    }
}
