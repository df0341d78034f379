//! What passes from a visitor to an app, and what does not.

use std::net::IpAddr;

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use model::name::Username;

use super::cookies::{is_ours, name_of};

/// Bytes of all headers of one request.
const MAX: usize = 64 << 10;
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
const SPOOFABLE: [&str; 40] = [
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
    "x-goog-authenticated",
    "cf-access",
    "tailscale-",
    "x-pomerium",
    "x-authentik",
    "x-auth-user",
    "client-cert",
    "ssl-client",
    "x-ssl-client",
];
/// Who asks, and for what, as we know it.
pub(super) struct RequestContext {
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
    if size > MAX {
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
pub(super) fn inward(from: &HeaderMap, asked: &RequestContext, upgrade: Option<&HeaderValue>) -> HeaderMap {
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
        // Servers of the old kind give an app one name for all of them: PHP takes `.` for `_`, CGI any sign.
        let spelt: String = name.as_str().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        let of_hop = HOP_BY_HOP.contains(&spelt.as_str())
            || named.iter().any(|option| *option == spelt || option == name.as_str());
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
    let bytes = value.as_bytes();
    let space = bytes.iter().position(|byte| *byte == b' ');
    space.is_some_and(|space| bytes[space..].trim_ascii().starts_with(b"dhp_"))
}

/// The cookies of a line without ours, byte for byte: pages set them in any language, and none of that is ours to judge.
fn theirs(line: &HeaderValue) -> Option<Vec<u8>> {
    let pairs = line.as_bytes().split(|byte| *byte == b';').map(<[u8]>::trim_ascii);
    let kept: Vec<&[u8]> = pairs.filter(|pair| !pair.is_empty() && !is_ours(name_of(pair).unwrap_or(pair))).collect();
    (!kept.is_empty()).then(|| kept.join(&b"; "[..]))
}

#[cfg(test)]
pub(super) mod tests;
