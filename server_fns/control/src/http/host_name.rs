//! The host that a request asks for, and its name.

use std::net::IpAddr;

use axum::extract::Request;
use axum::http::header;

/// The host that was asked for, as it was written: HTTP/2 has it in the address, and there it goes before the header.
pub(crate) fn host(request: &Request) -> Option<String> {
    // What is no text is a name that nobody has, and not the lack of one.
    let named = request.headers().get(header::HOST).map(|host| String::from_utf8_lossy(host.as_bytes()).into_owned());
    request.uri().authority().map(|authority| authority.to_string()).or(named)
}

/// Without the port, and IPv6 without its brackets.
pub(super) fn name(host: &str) -> &str {
    if let Some(rest) = host.strip_prefix('[') {
        return rest.split(']').next().unwrap_or(rest);
    }
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) && !name.contains(':') => name,
        _ => host,
    }
}

/// No page can have an address for a name that leads elsewhere.
pub(super) fn is_literal(name: &str) -> bool {
    name.parse::<IpAddr>().is_ok()
}
