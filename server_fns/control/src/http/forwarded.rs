//! Where a request comes from, when a proxy is in front. A proxy says so in headers that anybody may write, so they are
//! believed of proxies alone that the operator named.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use axum::http::HeaderMap;
use ipnet::IpNet;

const FOR: &str = "x-forwarded-for";
const PROTO: &str = "x-forwarded-proto";
/// Proxies in a row that are followed.
const MAX_HOPS: usize = 32;

/// The networks of the proxies that the operator named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

/// A list of proxies that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadProxies {
    #[error("`{0}` is not an address such as 192.0.2.7 or a network such as 10.0.0.0/8")]
    Form(String),
    #[error(
        "the list of trusted proxies contains every address, so that anybody could claim to be anybody: name the proxies \
         alone, such as 127.0.0.1"
    )]
    Everybody,
}

impl FromStr for TrustedProxies {
    type Err = BadProxies;

    fn from_str(text: &str) -> Result<Self, BadProxies> {
        let named = text.split([',', ' ']).filter(|part| !part.is_empty()).map(|part| {
            let net = part.parse::<IpNet>().or_else(|_| part.parse::<IpAddr>().map(IpNet::from));
            net.map(canonical).map_err(|_| BadProxies::Form(part.to_owned()))
        });
        // Two halves are as much as the whole.
        let named = IpNet::aggregate(&named.collect::<Result<Vec<_>, _>>()?);
        if named.iter().any(|net| net.prefix_len() == 0) {
            return Err(BadProxies::Everybody);
        }
        Ok(Self(named))
    }
}

/// IPv4 written as IPv6 is IPv4.
fn canonical(net: IpNet) -> IpNet {
    match (net.addr().to_canonical(), net.prefix_len().checked_sub(96)) {
        (IpAddr::V4(address), Some(length)) if net.addr().is_ipv6() => {
            IpNet::new(address.into(), length).unwrap_or(net)
        }
        _ => net,
    }
}

impl fmt::Display for TrustedProxies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(&all.join(", "))
    }
}

/// What is believed of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Client {
    pub(super) address: IpAddr,
    /// What a named proxy says of the way that ended there.
    pub(super) tls: Option<bool>,
}

impl TrustedProxies {
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn is_trusted(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|net| net.contains(&address))
    }

    /// Who asks, given who is at the other end of the connection: the last one in the row that is no named proxy.
    pub(super) fn client(&self, peer: IpAddr, headers: &HeaderMap) -> Client {
        let peer = peer.to_canonical();
        if !self.is_trusted(peer) {
            return Client { address: peer, tls: None };
        }
        let lines = headers.get_all(FOR).iter().rev();
        let hops = lines.flat_map(|line| line.to_str().unwrap_or("?").rsplit(','));
        let mut address = peer;
        for hop in hops.take(MAX_HOPS) {
            // What is no address was written by somebody whom nobody vouches for.
            let Some(hop) = address_of(hop) else { break };
            address = hop;
            if !self.is_trusted(hop) {
                break;
            }
        }
        let last = headers.get_all(PROTO).iter().next_back().and_then(|line| line.to_str().ok());
        let scheme = last.and_then(|line| line.rsplit(',').next()).map(str::trim);
        let tls = scheme.map(|scheme| scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("wss"));
        Client { address, tls }
    }
}

/// Whether something in between says of itself that it is there.
pub(super) fn is_forwarded(headers: &HeaderMap) -> bool {
    [FOR, PROTO, "forwarded", "via"].iter().any(|name| headers.contains_key(*name))
}

/// With or without a port, IPv6 with or without brackets.
fn address_of(hop: &str) -> Option<IpAddr> {
    let hop = hop.trim();
    let bare = hop.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(hop);
    let address = bare.parse().ok().or_else(|| hop.parse::<SocketAddr>().ok().map(|address| address.ip()))?;
    Some(IpAddr::to_canonical(&address))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderName;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in pairs {
            map.append(HeaderName::from_static(name), value.parse().unwrap());
        }
        map
    }

    fn client(peer: &str, lines: &[&str]) -> IpAddr {
        let proxies: TrustedProxies = "127.0.0.1, 10.0.0.0/8, fd00::/8".parse().unwrap();
        let lines: Vec<(&str, &str)> = lines.iter().map(|line| ("x-forwarded-for", *line)).collect();
        proxies.client(ip(peer), &headers(&lines)).address
    }

    #[test]
    fn strangers_are_not_believed() {
        for line in ["192.0.2.7", "127.0.0.1", "10.0.0.1, 192.0.2.7"] {
            assert_eq!(client("203.0.113.9", &[line]), ip("203.0.113.9"), "{line}");
        }
        let nobody = TrustedProxies::default();
        let claimed = headers(&[("x-forwarded-for", "192.0.2.7"), ("x-forwarded-proto", "https")]);
        assert_eq!(nobody.client(ip("127.0.0.1"), &claimed), Client { address: ip("127.0.0.1"), tls: None });
    }

    #[test]
    fn it_is_the_last_in_the_row_that_is_no_proxy() {
        for (lines, expected) in [
            (&["192.0.2.7"][..], "192.0.2.7"),
            (&["1.1.1.1, 192.0.2.7"], "192.0.2.7"),
            (&["1.1.1.1, 192.0.2.7, 10.1.2.3"], "192.0.2.7"),
            (&["1.1.1.1", "192.0.2.7", "10.1.2.3, 10.1.2.4"], "192.0.2.7"),
            (&["10.9.9.9, 10.1.2.3"], "10.9.9.9"),
            (&["192.0.2.7:4711"], "192.0.2.7"),
            (&["[2001:db8::7]:4711"], "2001:db8::7"),
            (&["[2001:db8::7]"], "2001:db8::7"),
            (&["2001:db8::7 , fd00::1"], "2001:db8::7"),
            (&["::ffff:192.0.2.7"], "192.0.2.7"),
            (&["::ffff:192.0.2.7, ::ffff:10.0.0.1"], "192.0.2.7"),
            (&[], "127.0.0.1"),
            (&[""], "127.0.0.1"),
            (&["192.0.2.7, unknown"], "127.0.0.1"),
            (&["192.0.2.7, _hidden, 10.0.0.2"], "10.0.0.2"),
            (&["192.0.2.7, <script>, 10.0.0.2"], "10.0.0.2"),
            (&["192.0.2.7,,10.0.0.2"], "10.0.0.2"),
        ] {
            assert_eq!(client("127.0.0.1", lines), ip(expected), "{lines:?}");
            assert_eq!(client("::ffff:127.0.0.1", lines), ip(expected), "{lines:?}");
        }
    }

    #[test]
    fn a_hundred_hops_are_followed_to_the_one_that_counts() {
        let claimed = vec!["1.1.1.1"; 99].join(", ");
        assert_eq!(client("127.0.0.1", &[&format!("{claimed}, 192.0.2.7")]), ip("192.0.2.7"));
        let proxies = vec!["10.0.0.1"; 100].join(",");
        assert_eq!(client("127.0.0.1", &[&format!("192.0.2.7,{proxies}")]), ip("10.0.0.1"));
    }

    #[test]
    fn the_scheme_is_what_the_nearest_proxy_says() {
        let proxies: TrustedProxies = "127.0.0.1".parse().unwrap();
        let tls = |lines: &[&str]| {
            let lines: Vec<(&str, &str)> = lines.iter().map(|line| ("x-forwarded-proto", *line)).collect();
            proxies.client(ip("127.0.0.1"), &headers(&lines)).tls
        };
        assert_eq!(tls(&["https"]), Some(true));
        assert_eq!(tls(&["https, http"]), Some(false));
        assert_eq!(tls(&["http", "HTTPS"]), Some(true));
        assert_eq!(tls(&[]), None);
    }

    #[test]
    fn a_list_that_is_none_or_names_everybody_is_refused() {
        for (bad, why) in [
            ("proxy.example", BadProxies::Form("proxy.example".to_owned())),
            ("10.0.0.0/33", BadProxies::Form("10.0.0.0/33".to_owned())),
            ("0.0.0.0/0", BadProxies::Everybody),
            ("::/0", BadProxies::Everybody),
            ("127.0.0.1, 10.0.0.0/0", BadProxies::Everybody),
            ("0.0.0.0/1, 128.0.0.0/1", BadProxies::Everybody),
            ("::ffff:0.0.0.0/96", BadProxies::Everybody),
            ("8000::/1, ::/1", BadProxies::Everybody),
        ] {
            assert_eq!(bad.parse::<TrustedProxies>(), Err(why), "{bad}");
        }
        let good: TrustedProxies = "127.0.0.1,::1 10.0.0.0/8".parse().unwrap();
        assert!(["127.0.0.1", "::1", "10.255.0.1", "::ffff:10.0.0.1"].iter().all(|known| good.is_trusted(ip(known))));
        assert!(!["127.0.0.2", "::2", "11.0.0.1"].iter().any(|stranger| good.is_trusted(ip(stranger))));
    }
}
