//! What passes from a visitor to an app, and what does not.

use std::net::IpAddr;

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use model::name::Username;

use super::cookies::{is_ours, name_of};

/// Bytes of all headers of one request.
const MOST: usize = 64 << 10;
/// Of one connection, and never of what goes through it (RFC 9110, 7.6.1).
pub(super) const HOP_BY_HOP: [&str; 8] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "transfer-encoding",
    "upgrade",
];
/// Where the signed form of who asks stands.
const IDENTITY: &str = "x-dockhost-identity";
/// By which something in front of an app says who asks, and from where. Only we are in front of it.
const SPOOFABLE: [&str; 31] = [
    "dockhost-",
    "forwarded",
    "x-forwarded",
    "x-real-ip",
    "x-dockhost",
    "x-original-",
    "x-client-ip",
    "x-cluster-client-ip",
    "x-remote-",
    "remote-",
    "true-client-ip",
    "cf-connecting",
    "cf-ipcountry",
    "cf-visitor",
    "fastly-client",
    "fly-client",
    "x-envoy-",
    "x-auth-request-",
    "x-authenticated-",
    "x-webauth-",
    "x-user",
    "x-email",
    "x-groups",
    "x-token-subject",
    "x-goog-iap",
    "x-amzn-oidc",
    "x-ms-client-principal",
    "x-azure-",
    "x-appengine-",
    "x-vercel-",
    "client-ip",
];
/// Who asks, and for what, as we know it.
pub(super) struct Asked {
    pub(super) peer: IpAddr,
    pub(super) scheme: &'static str,
    /// As the visitor wrote it.
    pub(super) host: String,
    /// The person who is signed in, if it is one.
    pub(super) identity: Option<Identity>,
}

/// Who that is, in words and so that it can be checked.
pub(super) struct Identity {
    pub(super) person: Username,
    pub(super) token: HeaderValue,
}

/// Refuses what two readers could read in two ways.
pub(super) fn check(headers: &HeaderMap) -> Result<(), (StatusCode, &'static str)> {
    let size: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    if size > MOST {
        return Err((
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            "The headers of this request are longer than 64 KiB.",
        ));
    }
    let lengths = headers.get_all(header::CONTENT_LENGTH).iter().count();
    if lengths > 1 || (lengths == 1 && headers.contains_key(header::TRANSFER_ENCODING)) {
        return Err((StatusCode::BAD_REQUEST, "This request says in two ways how long it is."));
    }
    if headers.get_all(header::HOST).iter().count() > 1 {
        return Err((StatusCode::BAD_REQUEST, "This request names two hosts."));
    }
    Ok(())
}

/// What the app receives. `upgrade`: the protocol to which it is asked to switch.
pub(super) fn inward(from: &HeaderMap, asked: &Asked, upgrade: Option<&HeaderValue>) -> HeaderMap {
    let mut to = claimless(from);
    let cookies: Vec<Vec<u8>> = from.get_all(header::COOKIE).iter().filter_map(theirs).collect();
    if let Ok(value) = HeaderValue::from_bytes(&cookies.join(&b"; "[..]))
        && !value.is_empty()
    {
        to.insert(header::COOKIE, value);
    }
    let mut set = |name: &'static str, value: &str| {
        if let Ok(value) = HeaderValue::try_from(value) {
            to.insert(HeaderName::from_static(name), value);
        }
    };
    set("host", &asked.host);
    set("x-forwarded-for", &asked.peer.to_string());
    set("x-forwarded-proto", asked.scheme);
    set("x-forwarded-host", &asked.host);
    if let Some(Identity { person, .. }) = &asked.identity {
        set("x-dockhost-user", person.as_str());
    }
    if upgrade.is_some() {
        set("connection", "upgrade");
    } else if takes_trailers(from) {
        set("te", "trailers");
        set("connection", "te");
    }
    if let Some(protocol) = upgrade {
        to.insert(header::UPGRADE, protocol.clone());
    }
    if let Some(Identity { token, .. }) = &asked.identity {
        to.insert(HeaderName::from_static(IDENTITY), token.clone());
    }
    to
}

/// What a visitor says without claiming anything of what we say. It holds for what comes behind a body as well, which some
/// programs read as if it had come before.
pub(super) fn claimless(from: &HeaderMap) -> HeaderMap {
    let named = connection_options(from);
    let mut to = HeaderMap::with_capacity(from.len() + 6);
    for (name, value) in from {
        // Servers of the old kind take `_` for `-`.
        let spelt = name.as_str().replace('_', "-");
        let of_hop = HOP_BY_HOP.contains(&spelt.as_str()) || named.contains(&spelt);
        let spoofed = SPOOFABLE.iter().any(|known| spelt.starts_with(known));
        let ours = name == header::AUTHORIZATION && is_token(value);
        if !(of_hop || spoofed || ours || name == header::COOKIE || name == header::HOST || spelt == "http2-settings") {
            to.append(name, value.clone());
        }
    }
    to
}

pub(super) fn connection_options(headers: &HeaderMap) -> Vec<String> {
    options(headers, header::CONNECTION)
}

/// The members of a list, in whatever bytes stand beside them.
pub(super) fn options(headers: &HeaderMap, name: HeaderName) -> Vec<String> {
    let lines = headers.get_all(name).iter().map(HeaderValue::as_bytes);
    let members = lines.flat_map(|line| line.split(|byte| *byte == b',')).map(<[u8]>::trim_ascii);
    members.map(|member| String::from_utf8_lossy(member).to_ascii_lowercase()).collect()
}

fn takes_trailers(headers: &HeaderMap) -> bool {
    options(headers, header::TE).iter().any(|coding| coding == "trailers")
}

fn is_token(value: &HeaderValue) -> bool {
    let text = value.to_str().unwrap_or_default();
    text.split_once(' ').is_some_and(|(_, token)| token.trim().starts_with("dhp_"))
}

/// The cookies of a line without ours, byte for byte: pages set them in any language, and none of that is ours to judge.
fn theirs(line: &HeaderValue) -> Option<Vec<u8>> {
    let pairs = line.as_bytes().split(|byte| *byte == b';').map(<[u8]>::trim_ascii);
    let kept: Vec<&[u8]> = pairs.filter(|pair| !pair.is_empty() && !is_ours(name_of(pair).unwrap_or(pair))).collect();
    (!kept.is_empty()).then(|| kept.join(&b"; "[..]))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    fn asked() -> Asked {
        Asked {
            peer: IpAddr::from([192, 0, 2, 7]),
            scheme: "https",
            host: "80-web.apps.example".to_owned(),
            identity: Some(Identity { person: "ada".parse().unwrap(), token: HeaderValue::from_static("signed") }),
        }
    }

    pub(in super::super) fn map(pairs: &[(&str, &str)]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for (name, value) in pairs {
            map.append(HeaderName::try_from(*name).unwrap(), HeaderValue::try_from(*value).unwrap());
        }
        map
    }

    #[test]
    fn forty_ways_to_claim_another_origin_are_taken_away() {
        let spoofed = [
            "forwarded",
            "x-forwarded-for",
            "x-forwarded-host",
            "x-forwarded-proto",
            "x-forwarded-port",
            "x-forwarded-server",
            "x-forwarded-user",
            "x-forwarded-email",
            "x-forwarded-groups",
            "x-forwarded-prefix",
            "x-forwarded-ssl",
            "x-forwarded",
            "x-real-ip",
            "x-dockhost-user",
            "x-dockhost-person",
            "x-dockhost-identity",
            "x_dockhost_identity",
            "dockhost-session-key",
            "x_forwarded_for",
            "x_dockhost_user",
            "x-original-url",
            "x-original-forwarded-for",
            "x-client-ip",
            "x-cluster-client-ip",
            "x-remote-user",
            "remote-user",
            "true-client-ip",
            "cf-connecting-ip",
            "cf-connecting-ipv6",
            "cf-visitor",
            "fastly-client-ip",
            "fly-client-ip",
            "x-envoy-external-address",
            "x-auth-request-user",
            "x-auth-request-email",
            "x-authenticated-user",
            "x-webauth-user",
            "x-user-id",
            "x-user",
            "x-email",
            "x-goog-iap-jwt-assertion",
            "x-amzn-oidc-identity",
            "x-ms-client-principal",
            "x-azure-clientip",
            "x-appengine-user-ip",
            "client-ip",
        ];
        let pairs: Vec<(&str, &str)> = spoofed.iter().map(|name| (*name, "evil")).collect();
        let passed = inward(&map(&pairs), &asked(), None);
        assert!(passed.values().all(|value| value != "evil"), "{passed:?}");
        assert_eq!(passed["x-forwarded-for"], "192.0.2.7");
        assert_eq!(passed["x-dockhost-user"], "ada");
        assert_eq!(passed["x-dockhost-identity"], "signed");
        assert!(claimless(&map(&pairs)).is_empty(), "they would pass behind a body");
        let websocket = HeaderValue::from_static("websocket");
        let stranger = inward(&map(&pairs), &Asked { identity: None, ..asked() }, Some(&websocket));
        assert!(stranger.keys().all(|name| !name.as_str().contains("dockhost")), "{stranger:?}");
        assert!(spoofed.len() >= 40);
    }

    #[test]
    fn neither_our_cookies_nor_our_tokens_reach_an_app() {
        let from = map(&[
            ("cookie", "a=1; dh_session=dhs_x; __Host-dockhost-app=y"),
            ("cookie", "b=2; dockhost-app=z"),
            ("authorization", "Bearer dhp_secret"),
        ]);
        let passed = inward(&from, &asked(), None);
        assert_eq!(passed["cookie"], "a=1; b=2");
        assert!(!passed.contains_key("authorization"));
        let own = inward(&map(&[("authorization", "Basic YTpi")]), &asked(), None);
        assert_eq!(own["authorization"], "Basic YTpi");
    }

    #[test]
    fn what_belongs_to_one_connection_stays_there() {
        let mut from = map(&[("connection", "close, X-Secret"), ("x-secret", "1"), ("x-other", "1"), ("te", "gzip")]);
        from.append(header::CONNECTION, HeaderValue::from_bytes(b"\xc3\xa9, X-Other").unwrap());
        from.append(header::ACCEPT, HeaderValue::from_static("*/*"));
        let passed = inward(&from, &asked(), None);
        for name in ["x-secret", "x-other", "te", "connection"] {
            assert!(!passed.contains_key(name), "{name}");
        }
        assert!(passed.contains_key("accept"));
    }

    #[test]
    fn an_app_hears_that_its_visitor_takes_trailers() {
        let passed = inward(&map(&[("te", "gzip, Trailers"), ("connection", "TE")]), &asked(), None);
        assert_eq!(passed["te"], "trailers");
        assert_eq!(passed["connection"], "te");
        let passed = inward(&map(&[("te", "trailers")]), &asked(), Some(&HeaderValue::from_static("chat")));
        assert_eq!(passed["upgrade"], "chat");
        assert_eq!(passed["connection"], "upgrade");
        assert!(!passed.contains_key("te"));
    }

    #[test]
    fn bytes_above_127_pass_unharmed() {
        let mut from = HeaderMap::new();
        let lines: [&[u8]; 3] = [
            "name=José; dh_session=dhs_x".as_bytes(),
            b"latin=Jos\xe9; __Host-dockhost-app=\xe9; not utf-8=\xff\xfe",
            b"\xe2\x80\x83dh_session=theirs; noname",
        ];
        for line in lines {
            from.append(header::COOKIE, HeaderValue::from_bytes(line).unwrap());
        }
        from.append("x-place", HeaderValue::from_bytes(b"Z\xfcrich").unwrap());
        let passed = inward(&from, &asked(), None);
        let whole: &[u8] =
            b"name=Jos\xc3\xa9; latin=Jos\xe9; not utf-8=\xff\xfe; \xe2\x80\x83dh_session=theirs; noname";
        assert_eq!(passed["cookie"].as_bytes(), whole);
        assert_eq!(passed["x-place"].as_bytes(), b"Z\xfcrich");
    }

    #[test]
    fn two_lengths_or_two_hosts_are_refused() {
        for pairs in [
            &[("content-length", "1"), ("content-length", "2")][..],
            &[("content-length", "1"), ("transfer-encoding", "chunked")],
            &[("host", "a"), ("host", "b")],
        ] {
            assert!(check(&map(pairs)).is_err(), "{pairs:?}");
        }
        assert!(check(&map(&[("content-length", "1"), ("host", "a")])).is_ok());
        assert!(check(&map(&[("x", &"a".repeat(70_000))])).is_err());
    }
}
