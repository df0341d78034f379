//! How a request came to the server.

use std::net::{IpAddr, SocketAddr};

use axum::extract::ConnectInfo;
use axum::http::{Extensions, HeaderMap};
use wire::meter::Ends;

use super::forwarded::{TrustedProxies, is_forwarded};
use super::network;

/// The two ends of the connection that a request came on, and who asks through it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialled {
    /// The other end of the connection, which may be a proxy.
    pub peer: SocketAddr,
    /// `None` of a connection that was gone as soon as it was there.
    local: Option<SocketAddr>,
    client: IpAddr,
    tls: Option<bool>,
    /// It came through a proxy that the operator named.
    proxied: bool,
    /// Nothing in between says that it is there.
    direct: bool,
}

impl Dialled {
    pub(super) fn new(peer: SocketAddr, local: Option<SocketAddr>) -> Self {
        Self { peer, local, client: peer.ip().to_canonical(), tls: None, proxied: false, direct: true }
    }

    /// The same for one request on it: whoever the named proxies say it is from.
    pub(super) fn of(self, proxies: &TrustedProxies, headers: &HeaderMap) -> Self {
        let (client, proxied) = (proxies.client(self.peer.ip(), headers), proxies.is_trusted(self.peer.ip()));
        Self { client: client.address, tls: client.tls, proxied, direct: !is_forwarded(headers), ..self }
    }

    /// Of the person or program who asks, in front of every named proxy.
    pub const fn address(&self) -> IpAddr {
        self.client
    }

    /// The same of a request with these, if it came by the listener.
    pub(crate) fn address_of(extensions: &Extensions) -> Option<IpAddr> {
        extensions.get::<ConnectInfo<Self>>().map(|info| info.0.address())
    }

    /// For whom a named proxy asks, if it says so: one home or one machine.
    pub(super) fn behind_proxy(&self) -> Option<IpAddr> {
        (self.proxied && self.client != self.peer.ip().to_canonical()).then(|| network(self.client))
    }

    /// Whether a named proxy says that it was reached without TLS.
    pub(super) fn is_plain_in_front(&self) -> bool {
        self.tls == Some(false)
    }

    /// Whether it came from another machine and through no named proxy.
    pub(super) fn passes_proxies_by(&self) -> bool {
        !self.proxied && !self.peer.ip().to_canonical().is_loopback()
    }

    pub(crate) fn ends(&self) -> Option<Ends> {
        self.local.map(|local| Ends { local, peer: self.peer })
    }

    /// Whether the other end shares this machine's network, and nothing in between says that it is there: it came from an
    /// address of ours.
    pub(crate) fn is_near(&self) -> bool {
        self.direct && self.local.is_some_and(|local| local.ip().to_canonical() == self.peer.ip().to_canonical())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    #[test]
    fn what_comes_through_a_proxy_beside_us_is_not_near() {
        let own = Some("127.0.0.1:8080".parse().unwrap());
        let dialled = Dialled::new("127.0.0.1:999".parse().unwrap(), own);
        let proxies: TrustedProxies = "127.0.0.1".parse().unwrap();
        assert!(dialled.of(&proxies, &HeaderMap::new()).is_near());
        for name in ["x-forwarded-for", "x-forwarded-proto", "forwarded", "via"] {
            let mut headers = HeaderMap::new();
            headers.insert(HeaderName::from_static(name), HeaderValue::from_static("192.0.2.7"));
            assert!(!dialled.of(&proxies, &headers).is_near(), "{name}");
            assert!(!dialled.of(&TrustedProxies::default(), &headers).is_near(), "{name}");
        }
        assert!(!Dialled::new("192.0.2.9:999".parse().unwrap(), own).is_near());
    }
}
