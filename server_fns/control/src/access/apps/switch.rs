//! The protocol to which a visitor asks to switch.

use axum::http::{HeaderMap, HeaderValue, header};

use super::headers::{connection_options, options};

/// What is HTTP again, or a handshake before it. Requests in it would pass nobody who looks at them, and so could claim to
/// be anybody's.
const CLOSED: [&str; 4] = ["h2", "h2c", "http", "tls"];

/// As it is passed on. `None` where it is passed to no app: the request then goes on as any other, as HTTP has it.
pub(super) fn wanted(headers: &HeaderMap) -> Option<HeaderValue> {
    let mut lines = headers.get_all(header::UPGRADE).iter();
    let (Some(line), None) = (lines.next(), lines.next()) else { return None };
    let named = options(headers, header::UPGRADE);
    let is_open = |protocol: &String| {
        let name = protocol.split('/').next().unwrap_or_default().trim();
        !name.is_empty() && !CLOSED.contains(&name)
    };
    let asks = connection_options(headers).iter().any(|option| option == "upgrade");
    (asks && named.iter().all(is_open)).then(|| line.clone())
}

#[cfg(test)]
mod tests {
    use super::super::headers::tests::map;
    use super::*;

    #[test]
    fn every_protocol_passes_but_http_in_another_form() {
        let asked = |to: &str| wanted(&map(&[("connection", "keep-alive, Upgrade"), ("upgrade", to)]));
        for open in ["websocket", "WebSocket", "SPDY/3.1", "tcp", "chat/1, chat/2"] {
            assert_eq!(asked(open).unwrap(), open);
        }
        for closed in ["h2c", "H2C", "HTTP/2.0", "TLS/1.0", "websocket, h2c", "", "websocket,", "/1", "h2c /1"] {
            assert_eq!(asked(closed), None, "{closed}");
        }
    }

    #[test]
    fn what_is_asked_by_half_is_not_asked() {
        assert_eq!(wanted(&map(&[("upgrade", "websocket")])), None);
        assert_eq!(wanted(&map(&[("connection", "upgrade")])), None);
        let twice = [("connection", "upgrade"), ("upgrade", "websocket"), ("upgrade", "h2c")];
        assert_eq!(wanted(&map(&twice)), None);
    }
}
