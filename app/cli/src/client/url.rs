//! The address of a server, as somebody typed it.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use ureq::http::Uri;
use verbs::plain;

/// `https://host:port`, with nothing behind it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub(crate) struct Url {
    text: String,
    place: String,
    host: String,
    is_open: bool,
}

impl Url {
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Host and port, as far as they are not usual.
    pub(crate) fn place(&self) -> &str {
        &self.place
    }

    /// Whoever is on the way reads along.
    pub(crate) fn is_open(&self) -> bool {
        self.is_open
    }

    pub(crate) fn host(&self) -> &str {
        &self.host
    }
}

impl FromStr for Url {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bad = || format!("{} is no address of a server, such as https://dockhost.example.org.", plain(text));
        // Who names no scheme means the safe one.
        let whole = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
        let uri: Uri = whole.trim_end_matches('/').parse().map_err(|_| bad())?;
        let authority = uri.authority().ok_or_else(bad)?;
        let scheme = uri.scheme_str().filter(|scheme| matches!(*scheme, "https" | "http")).ok_or_else(bad)?;
        let nothing_more = matches!(uri.path(), "" | "/") && uri.query().is_none() && !authority.as_str().contains('@');
        if !nothing_more || authority.host().is_empty() {
            return Err(bad());
        }
        let host = authority.host().to_ascii_lowercase();
        let usual = if scheme == "https" { 443 } else { 80 };
        let port = match authority.as_str().get(host.len()..).unwrap_or_default() {
            "" => None,
            behind => Some(behind.strip_prefix(':').and_then(|port| port.parse::<u16>().ok()).ok_or_else(bad)?),
        };
        let port = port.filter(|port| *port != usual);
        let place = port.map_or_else(|| host.clone(), |port| format!("{host}:{port}"));
        let is_open = scheme == "http" && !is_here(&host);
        Ok(Self { text: format!("{scheme}://{place}"), place, host, is_open })
    }
}

fn is_here(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl TryFrom<String> for Url {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Url> for String {
    fn from(url: Url) -> Self {
        url.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_whole_or_refused() {
        let read = |text: &str| text.parse::<Url>().map(|url| (url.as_str().to_owned(), url.place().to_owned()));
        let both = |text: &str, place: &str| Ok((text.to_owned(), place.to_owned()));
        assert_eq!(read("https://Dock.Example/"), both("https://dock.example", "dock.example"));
        assert_eq!(read("dock.example:8443"), both("https://dock.example:8443", "dock.example:8443"));
        assert_eq!(read("https://dock.example:443"), both("https://dock.example", "dock.example"));
        assert_eq!(read("http://[::1]:8080"), both("http://[::1]:8080", "[::1]:8080"));
        for text in [
            "",
            "ftp://a",
            "https://",
            "https://a/b",
            "https://a?b",
            "https://u:p@a",
            "a b",
            "https://a:99999",
            "https://a:",
        ] {
            assert!(read(text).is_err(), "{text}: {:?}", read(text));
        }
    }

    #[test]
    fn plain_http_is_told_apart_but_on_this_computer() {
        let open = |text: &str| text.parse::<Url>().unwrap().is_open();
        for text in ["https://a.example", "http://localhost:8080", "http://127.0.0.9", "http://[::1]:1"] {
            assert!(!open(text), "{text}");
        }
        for text in ["http://a.example", "http://192.0.2.1:8080", "http://127.0.0.1.example"] {
            assert!(open(text), "{text}");
        }
    }
}
