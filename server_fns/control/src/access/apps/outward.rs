//! What passes from an app to a visitor, and what does not.

use axum::http::{HeaderMap, HeaderValue, header};

use super::cookies::{is_ours, name_of};
use super::headers::{HOP_BY_HOP, connection_options};

const DOMAIN: &[u8] = b"domain";

/// What the visitor receives, before the body and behind it.
pub(super) fn outward(from: &HeaderMap, upgraded: bool) -> HeaderMap {
    let named = connection_options(from);
    let mut to = HeaderMap::with_capacity(from.len());
    for (name, value) in from {
        let text = name.as_str();
        let of_hop = HOP_BY_HOP.contains(&text) || named.iter().any(|option| option == text);
        let of_switch = upgraded && (name == header::CONNECTION || name == header::UPGRADE);
        if name == header::SET_COOKIE {
            if let Some(value) = of_host(value) {
                to.append(name, value);
            }
        } else if text == "clear-site-data" {
            if let Some(value) = of_origin(value) {
                to.append(name, value);
            }
        } else if !of_hop || of_switch {
            to.append(name, value.clone());
        }
    }
    to
}

/// An app clears what is its own origin's. Cookies would go from its neighbours, too, and from the console where that is
/// below the same registered domain.
fn of_origin(value: &HeaderValue) -> Option<HeaderValue> {
    let kinds = value.as_bytes().split(|byte| *byte == b',').map(<[u8]>::trim_ascii);
    let kept: Vec<&[u8]> =
        kinds.filter(|kind| matches!(*kind, b"\"cache\"" | b"\"storage\"" | b"\"executionContexts\"")).collect();
    HeaderValue::from_bytes(&kept.join(&b", "[..])).ok().filter(|_| !kept.is_empty())
}

/// A cookie of an app is for its own host: not for its neighbours, and not in our names.
fn of_host(value: &HeaderValue) -> Option<HeaderValue> {
    let mut parts = value.as_bytes().split(|byte| *byte == b';');
    let pair = parts.next().unwrap_or_default();
    // One without a name comes back as its value alone, which may look like a name of ours and its value.
    let name = name_of(pair).filter(|name| !name.is_empty())?;
    if is_ours(name) {
        return None;
    }
    let names_hosts = |part: &[u8]| {
        part.trim_ascii_start().get(..DOMAIN.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(DOMAIN))
    };
    let kept: Vec<&[u8]> = std::iter::once(pair).chain(parts.filter(|part| !names_hosts(part))).collect();
    HeaderValue::from_bytes(&kept.join(&b';')).ok()
}

#[cfg(test)]
mod tests {
    use super::super::headers::tests::map;
    use super::*;

    #[test]
    fn a_cookie_of_an_app_stays_on_its_host() {
        let from = map(&[
            ("set-cookie", "a=1; Domain=apps.example; Path=/; Secure"),
            ("set-cookie", "dh_session=x"),
            ("set-cookie", "__Host-dockhost-app=x; Path=/; Secure"),
            ("set-cookie", "=dockhost-app=x; Path=/"),
            ("set-cookie", " \t= dockhost-app=x"),
            ("set-cookie", "dockhost-app"),
            ("set-cookie", "; a=1"),
        ]);
        let passed = outward(&from, false);
        let cookies: Vec<_> = passed.get_all("set-cookie").iter().collect();
        assert_eq!(cookies, ["a=1; Path=/; Secure"]);
    }

    #[test]
    fn bytes_above_127_pass_unharmed() {
        let mut from = HeaderMap::new();
        let lines: [&[u8]; 4] = [
            "name=José; Path=/; DOMAIN=apps.example; SameSite=Lax".as_bytes(),
            b"latin=Jos\xe9",
            b"dh_session=\xff",
            b"=dockhost-app=\xe9",
        ];
        for line in lines {
            from.append(header::SET_COOKIE, HeaderValue::from_bytes(line).unwrap());
        }
        from.insert(header::CONTENT_DISPOSITION, HeaderValue::from_bytes(b"attachment; filename=\"\xe9\"").unwrap());
        let passed = outward(&from, false);
        let cookies: Vec<&[u8]> = passed.get_all("set-cookie").iter().map(HeaderValue::as_bytes).collect();
        assert_eq!(cookies, [b"name=Jos\xc3\xa9; Path=/; SameSite=Lax".as_slice(), b"latin=Jos\xe9"]);
        assert_eq!(passed["content-disposition"].as_bytes(), b"attachment; filename=\"\xe9\"");
    }

    #[test]
    fn an_app_signs_nobody_out_elsewhere() {
        let passed = |value: &str| outward(&map(&[("clear-site-data", value)]), false).remove("clear-site-data");
        assert_eq!(passed("\"cookies\", \"storage\", \"cache\"").unwrap(), "\"storage\", \"cache\"");
        for none in ["\"cookies\"", "\"*\"", "", "cookies", "\"clientHints\""] {
            assert_eq!(passed(none), None, "{none}");
        }
    }
}
