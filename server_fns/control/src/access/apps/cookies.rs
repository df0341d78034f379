//! The cookies of an app's host that are ours: what lets a visitor in, which instance their browser knew there last, and
//! which browser is on the way in.

use axum::http::{HeaderMap, HeaderValue, header};

use super::AppsDomain;

/// Bytes of one that we wrote.
const LONGEST: usize = 200;
/// Other pages may have planted so many beside ours before nobody looks any further.
const MAX: usize = 50;
/// How long a browser keeps one at most.
pub(super) const FOR_EVER: u64 = 400 * 24 * 3600;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cookie {
    /// What lets a visitor in.
    Visit,
    /// The instance that was there when this browser came in last.
    Known,
    /// What this browser is known by while it is on the way in.
    Browser,
}

impl Cookie {
    /// Over TLS browsers take `__Host-` from this very host alone, so that no neighbour can plant one.
    const fn name(self, secure: bool) -> &'static str {
        match (self, secure) {
            (Self::Visit, true) => "__Host-dockhost-app",
            (Self::Visit, false) => "dockhost-app",
            (Self::Known, true) => "__Host-dockhost-of",
            (Self::Known, false) => "dockhost-of",
            (Self::Browser, true) => "__Host-dockhost-browser",
            (Self::Browser, false) => "dockhost-browser",
        }
    }

    /// The value of `Set-Cookie`. `value` is one that we made.
    pub(super) fn set(self, apps: &AppsDomain, value: &str, seconds: u64) -> Option<HeaderValue> {
        let tail = if apps.is_secure() { "; Secure" } else { "" };
        let name = self.name(apps.is_secure());
        HeaderValue::try_from(format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{tail}")).ok()
    }

    /// Takes one away that a neighbour planted for the whole domain. That of this host alone stays.
    pub(super) fn unplant(self, apps: &AppsDomain) -> Option<HeaderValue> {
        let (name, domain) = (self.name(apps.is_secure()), apps.domain());
        HeaderValue::try_from(format!("{name}=; Path=/; Domain={domain}; Max-Age=0")).ok()
    }

    /// Each value that came under the name, once. Neither what stands beside it nor what is no text is in its way.
    pub(super) fn values(self, headers: &HeaderMap, apps: &AppsDomain) -> Vec<String> {
        let lines = headers.get_all(header::COOKIE).iter().map(HeaderValue::as_bytes);
        let pairs = lines.flat_map(|line| line.split(|byte| *byte == b';')).map(<[u8]>::trim_ascii);
        let name = self.name(apps.is_secure()).as_bytes();
        let values = pairs.filter_map(|pair| pair.strip_prefix(name)?.strip_prefix(b"="));
        let ours = values.filter_map(|value| std::str::from_utf8(value).ok());
        let ours = ours.filter(|text| text.len() <= LONGEST && text.bytes().all(|byte| byte.is_ascii_graphic()));
        let mut values: Vec<String> = ours.take(MAX).map(str::to_owned).collect();
        values.sort();
        values.dedup();
        values
    }
}

/// Whether a cookie of that name is for us, on either domain, and for no app.
pub(super) fn is_ours(name: &[u8]) -> bool {
    let prefixes = [b"__Host-".as_slice(), b"__Secure-"];
    let plain = prefixes.iter().find_map(|prefix| name.strip_prefix(*prefix)).unwrap_or(name);
    plain.starts_with(b"dockhost-") || plain.starts_with(b"dh_")
}

/// What stands before the first `=`, if there is one.
pub(super) fn name_of(pair: &[u8]) -> Option<&[u8]> {
    let end = pair.iter().position(|byte| *byte == b'=')?;
    Some(pair[..end].trim_ascii())
}

#[cfg(test)]
mod tests {
    use super::super::domain::tests::apps;
    use super::*;

    fn shown(lines: &[&[u8]], secure: bool) -> Vec<String> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(header::COOKIE, HeaderValue::from_bytes(line).unwrap());
        }
        Cookie::Visit.values(&headers, &apps(secure))
    }

    #[test]
    fn what_was_set_is_read_whatever_stands_beside_it() {
        let large = [b"dockhost-app=".as_slice(), &[b'a'; 8_000]].concat();
        let many: Vec<u8> = std::iter::repeat_n(b"x=1; ".as_slice(), 1_000).flatten().copied().collect();
        for (lines, values) in [
            (&[b"a=1; dockhost-app=v; b=2".as_slice()][..], &["v"][..]),
            (&[b"dockhost-app=v", b"dockhost-app=v"], &["v"]),
            (&[b"dockhost-app=v; dockhost-app=w"], &["v", "w"]),
            (&[b"bad=\xff\xfe; dockhost-app=v"], &["v"]),
            (&[b"dockhost-app=\xff; dockhost-app=v"], &["v"]),
            (&[b"dockhost-app=a\tb; dockhost-app=v"], &["v"]),
            (&[&large, b"dockhost-app=v"], &["v"]),
            (&[&many, b"dockhost-app=v"], &["v"]),
            (&[b"xdockhost-app=v; dockhost-appx=v; Dockhost-App=v; __Host-dockhost-app=v"], &[]),
            (&[b"dockhost-app"], &[]),
        ] {
            assert_eq!(shown(lines, false), values, "{}", String::from_utf8_lossy(&lines.concat()));
        }
        assert_eq!(shown(&[b"dockhost-app=planted; __Host-dockhost-app=v"], true), ["v"]);
    }

    #[test]
    fn over_tls_no_neighbour_can_set_one() {
        let set = Cookie::Visit.set(&apps(true), "v", 60).unwrap();
        assert_eq!(set, "__Host-dockhost-app=v; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure");
        let set = Cookie::Known.set(&apps(false), "v", 60).unwrap();
        assert_eq!(set, "dockhost-of=v; Path=/; Max-Age=60; HttpOnly; SameSite=Lax");
    }

    #[test]
    fn our_names_are_known_in_every_form() {
        for ours in ["dockhost-app", "__Host-dockhost-app", "dh_session", "__Host-dh_session", "__Secure-dh_session"] {
            assert!(is_ours(ours.as_bytes()), "{ours}");
        }
        for theirs in ["session", "dh", "dockhost", "x-dockhost-app", "__Host-session", "José", "\u{2003}dh_session"] {
            assert!(!is_ours(theirs.as_bytes()), "{theirs}");
        }
    }
}
