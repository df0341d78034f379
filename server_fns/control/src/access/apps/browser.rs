//! Which browser a ticket is for. Whoever got one for themselves could otherwise have another's browser use it, and its
//! person would write into their account without knowing.

use std::fmt;

use axum::http::{HeaderMap, HeaderValue};
use sha2::{Digest, Sha256};

use super::AppsDomain;
use super::cookies::Cookie;
use crate::auth::secret::{Secret, SecretKind};

/// How long somebody may take to sign in on the way.
const LIFETIME: u64 = 10 * 60;

/// The SHA-256 of what its cookie says. It stands in an address, where the cookie's own value would be worth something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Browser([u8; 32]);

impl Browser {
    fn of(nonce: &str) -> Self {
        Self(Sha256::digest(nonce).into())
    }

    pub(super) fn read(text: &str) -> Option<Self> {
        let mut hash = [0; 32];
        hex::decode_to_slice(text, &mut hash).ok()?;
        Some(Self(hash))
    }

    /// The one that asks, if it has a cookie. Of two, a neighbour planted one.
    pub(super) fn shown(headers: &HeaderMap, apps: &AppsDomain) -> Option<Self> {
        match Cookie::Browser.values(headers, apps).as_slice() {
            [nonce] => Some(Self::of(nonce)),
            _ => None,
        }
    }

    /// The one that asks, and the values of `Set-Cookie` by which it is known again. One that has a cookie keeps it: it may
    /// be on the way in another tab.
    pub(super) fn marked(headers: &HeaderMap, apps: &AppsDomain) -> (Self, Vec<HeaderValue>) {
        let known = Cookie::Browser.values(headers, apps);
        let nonce = match known.as_slice() {
            [nonce] => nonce.clone(),
            _ => Secret::generate(SecretKind::Ticket).expose().to_owned(),
        };
        let unplanted = (known.len() > 1).then(|| Cookie::Browser.unplant(apps)).flatten();
        let cookies = unplanted.into_iter().chain(Cookie::Browser.set(apps, &nonce, LIFETIME));
        (Self::of(&nonce), cookies.collect())
    }
}

impl fmt::Display for Browser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::super::domain::tests::apps;
    use super::super::headers::tests::map;
    use super::*;

    fn sent_back(cookie: &HeaderValue) -> String {
        cookie.to_str().unwrap().split(';').next().unwrap().to_owned()
    }

    #[test]
    fn a_browser_is_known_again_and_no_other_is_taken_for_it() {
        let apps = apps(true);
        let (one, cookies) = Browser::marked(&map(&[]), &apps);
        assert_eq!(cookies.len(), 1);
        assert!(cookies[0].to_str().unwrap().starts_with("__Host-dockhost-browser="));
        let cookie = sent_back(&cookies[0]);
        assert_eq!(Browser::shown(&map(&[("cookie", &cookie)]), &apps), Some(one));
        assert_eq!(Browser::read(&one.to_string()), Some(one));
        assert_eq!(Browser::marked(&map(&[("cookie", &cookie)]), &apps).0, one, "another tab is on its way");
        assert_ne!(Browser::marked(&map(&[]), &apps).0, one);
        assert_eq!(Browser::shown(&map(&[]), &apps), None);
    }

    #[test]
    fn of_two_cookies_neither_counts() {
        let apps = apps(false);
        let two = map(&[("cookie", "dockhost-browser=a; dockhost-browser=b")]);
        assert_eq!(Browser::shown(&two, &apps), None);
        let (fresh, cookies) = Browser::marked(&two, &apps);
        assert!(fresh != Browser::of("a") && fresh != Browser::of("b"));
        assert!(cookies[0].to_str().unwrap().contains("Max-Age=0"), "the planted one stays");
    }

    #[test]
    fn what_is_no_hash_is_no_browser() {
        for text in ["", "00", "x", &"0".repeat(63), &"0".repeat(66), &"g".repeat(64)] {
            assert_eq!(Browser::read(text), None, "{text}");
        }
    }
}
