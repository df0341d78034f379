//! What passes from an app to a visitor, and what does not.

use axum::http::{HeaderMap, HeaderValue, header};

use super::cookies::is_ours;
use super::headers::{HOP_BY_HOP, connection_options};

/// What the visitor receives.
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
    let kinds = value.to_str().ok()?.split(',').map(str::trim);
    let kept: Vec<&str> =
        kinds.filter(|kind| matches!(*kind, "\"cache\"" | "\"storage\"" | "\"executionContexts\"")).collect();
    HeaderValue::try_from(kept.join(", ")).ok().filter(|_| !kept.is_empty())
}

/// A cookie of an app is for its own host: not for its neighbours, and not in our names.
fn of_host(value: &HeaderValue) -> Option<HeaderValue> {
    let text = value.to_str().ok()?;
    let name = text.split(';').next().unwrap_or_default().split_once('=').map_or("", |(name, _)| name.trim());
    // One without a name comes back as its value alone, which may look like a name of ours and its value.
    if name.is_empty() || is_ours(name) {
        return None;
    }
    let kept = text
        .split(';')
        .enumerate()
        .filter(|(place, part)| *place == 0 || !part.trim_start().to_ascii_lowercase().starts_with("domain"));
    HeaderValue::try_from(kept.map(|(_, part)| part).collect::<Vec<_>>().join(";")).ok()
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
    fn an_app_signs_nobody_out_elsewhere() {
        let passed = |value: &str| outward(&map(&[("clear-site-data", value)]), false).remove("clear-site-data");
        assert_eq!(passed("\"cookies\", \"storage\", \"cache\"").unwrap(), "\"storage\", \"cache\"");
        for none in ["\"cookies\"", "\"*\"", "", "cookies", "\"clientHints\""] {
            assert_eq!(passed(none), None, "{none}");
        }
    }
}
