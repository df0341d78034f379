//! Where the hops lead, made from the node's own address of the server.

use crate::server::{Address, Pins};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) secure: bool,
    /// Without the brackets of an IPv6 address.
    pub(super) host: String,
    pub(super) port: u16,
    /// As it stands in the header `Host`.
    pub(super) authority: String,
    /// What stands before the paths of DockHost.
    base: String,
    /// The certificates by which the server is known.
    pub(super) pins: Pins,
}

impl Target {
    pub(super) fn of(address: &Address) -> Self {
        let stream = address.stream();
        let secure = stream.scheme_str() == Some("wss");
        let host = stream.host().unwrap_or_default();
        Self {
            secure,
            host: host.trim_start_matches('[').trim_end_matches(']').to_owned(),
            port: stream.port_u16().unwrap_or(if secure { 443 } else { 80 }),
            authority: address.authority().to_owned(),
            base: address.path(""),
            pins: address.pins().clone(),
        }
    }

    pub(super) fn path(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// The address as a person writes it.
    pub(super) fn url(&self) -> String {
        let scheme = if self.secure { "https" } else { "http" };
        format!("{scheme}://{}{}", self.authority, self.base)
    }

    /// Host and port, for a sentence.
    pub(super) fn place(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }
}

#[cfg(test)]
pub(super) fn target(text: &str) -> Target {
    Target::of(&Address::parse(text).unwrap())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_port_and_paths_are_those_that_the_node_dials() {
        for (text, secure, host, place, health, url) in [
            ("https://a.example", true, "a.example", "a.example:443", "/healthz", "https://a.example"),
            ("http://a.example/", false, "a.example", "a.example:80", "/healthz", "http://a.example"),
            ("ws://[::1]:8080", false, "::1", "[::1]:8080", "/healthz", "http://[::1]:8080"),
            ("wss://a:1/b/c/", true, "a", "a:1", "/b/c/healthz", "https://a:1/b/c"),
        ] {
            let target = target(text);
            assert_eq!((target.secure, target.host.as_str()), (secure, host), "{text}");
            assert_eq!((target.place().as_str(), target.path("/healthz").as_str()), (place, health), "{text}");
            assert_eq!(target.url(), url, "{text}");
        }
    }
}
