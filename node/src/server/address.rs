//! Where the server is, and the key to it.

use std::fmt;
use std::net::IpAddr;

use tokio_tungstenite::tungstenite::http::{HeaderValue, Uri};

use super::pin::Pins;

/// The addresses of the channel and of data sockets, made from that of the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    channel: Uri,
    stream: Uri,
    /// The key would travel in the clear over a network.
    exposed: bool,
    /// By which the server is known; with none, authorities of the web vouch for it.
    pins: Pins,
}

impl Address {
    /// Reads `http(s)://host[:port][/path]`, or the same with `ws(s)`. The error follows the name of the option.
    pub fn parse(text: &str) -> Result<Self, String> {
        let bad = |why: &str| format!("`{text}` {why}; write it as https://dockhost.example.org");
        let (scheme, rest) = text.split_once("://").ok_or_else(|| bad("does not begin with https:// or http://"))?;
        let scheme = match scheme.to_ascii_lowercase().as_str() {
            "https" | "wss" => "wss",
            "http" | "ws" => "ws",
            _ => return Err(bad("does not begin with https:// or http://")),
        };
        if rest.contains(['?', '#', '@']) {
            return Err(bad("must not contain a user, a query or a fragment"));
        }
        let below = |path: &str| format!("{scheme}://{}{path}", rest.trim_end_matches('/')).parse::<Uri>();
        let channel = below(protocol::PATH).map_err(|_| bad("is not an address"))?;
        let stream = below(protocol::stream::PATH).map_err(|_| bad("is not an address"))?;
        let host = channel.host().filter(|host| !host.is_empty()).ok_or_else(|| bad("names no host"))?;
        let exposed = scheme == "ws" && !is_here(host);
        Ok(Self { channel, stream, exposed, pins: Pins::default() })
    }

    /// The same server, known by these certificates alone. The error follows the name of the option.
    pub fn pinned(self, pins: Pins) -> Result<Self, String> {
        if !pins.is_empty() && self.channel.scheme_str() == Some("ws") {
            return Err(format!("a server at http:// shows no certificate; write https:// in place of {self}"));
        }
        Ok(Self { pins, ..self })
    }

    pub(crate) fn uri(&self) -> &Uri {
        &self.channel
    }

    pub(crate) const fn stream(&self) -> &Uri {
        &self.stream
    }

    /// Something else of the same server.
    pub(crate) fn path(&self, path: &str) -> String {
        let base = self.stream.path().strip_suffix(protocol::stream::PATH).unwrap_or_default();
        format!("{base}{path}")
    }

    /// As it stands in the header `Host`.
    pub(crate) fn authority(&self) -> &str {
        self.stream.authority().map(|authority| authority.as_str()).unwrap_or_default()
    }

    pub(crate) const fn pins(&self) -> &Pins {
        &self.pins
    }

    pub const fn is_exposed(&self) -> bool {
        self.exposed
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.channel.fmt(f)
    }
}

/// Whether a host is this machine itself, whatever names servers know. A name that only begins like one is not.
fn is_here(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare.eq_ignore_ascii_case("localhost") || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The node's API key: whoever has it can be this node. It has no `Debug`, so that it cannot get into a log.
#[derive(Clone)]
pub struct ApiKey(HeaderValue);

impl ApiKey {
    /// The error is a clause that follows the key's origin.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        if text.is_empty() {
            return Err("is empty");
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err("contains characters that no API key has");
        }
        let mut value = HeaderValue::from_str(&format!("Bearer {text}")).map_err(|_| "is no API key")?;
        value.set_sensitive(true);
        Ok(Self(value))
    }

    pub(crate) fn header(&self) -> HeaderValue {
        self.0.clone()
    }

    #[cfg(test)]
    pub(crate) fn bearer(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_leads_to_the_channel() {
        for (text, channel, exposed) in [
            ("https://a.example", "wss://a.example/api/v1/channel", false),
            ("HTTPS://a.example/", "wss://a.example/api/v1/channel", false),
            ("wss://a.example:8443", "wss://a.example:8443/api/v1/channel", false),
            ("http://127.0.0.1:8080", "ws://127.0.0.1:8080/api/v1/channel", false),
            ("http://[::1]:8080/", "ws://[::1]:8080/api/v1/channel", false),
            ("ws://a.example/below", "ws://a.example/below/api/v1/channel", true),
        ] {
            let address = Address::parse(text).unwrap();
            assert_eq!((address.to_string().as_str(), address.is_exposed()), (channel, exposed), "{text}");
        }
    }

    #[test]
    fn what_else_the_server_has_is_below_the_same_path() {
        for (text, authority, path) in [
            ("https://a.example", "a.example", "/x"),
            ("http://[::1]:8080/", "[::1]:8080", "/x"),
            ("ws://a/b", "a", "/b/x"),
        ] {
            let address = Address::parse(text).unwrap();
            assert_eq!((address.authority(), address.path("/x").as_str()), (authority, path), "{text}");
        }
    }

    #[test]
    fn what_is_no_server_is_refused_with_the_text_in_it() {
        for text in ["", "a.example", "ftp://a", "https://", "https://a b", "https://u:p@a", "https://a/?x=1"] {
            let error = Address::parse(text).unwrap_err();
            assert!(error.contains(&format!("`{text}`")), "{error}");
        }
    }

    #[test]
    fn keys_are_one_word() {
        assert!(ApiKey::parse("dhn_0123").is_ok());
        for bad in ["", "a b", "a\nb", "ä"] {
            assert!(ApiKey::parse(bad).is_err(), "{bad:?}");
        }
    }
}
