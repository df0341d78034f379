//! What is pasted or typed on a machine that becomes a node.

use model::enrolment::EnrolmentCode;

use crate::pages::pasted::{pasted, quoted};

/// Installs the node program, which changes the code for a key.
pub(super) fn installing(origin: &str, code: &EnrolmentCode, systemd: bool) -> String {
    let insecure = if is_open(origin) { " --insecure-server" } else { "" };
    let service = if systemd { " --systemd" } else { "" };
    let call = format!("install_node {} {}{service}{insecure}", quoted(origin), code.secret);
    pasted(origin, code.server_key_pin.as_deref(), "/install-node", &call)
}

/// Where the program is already, and whoever starts it keeps the key. Where an authority vouches for the server, its address
/// suffices.
pub(super) fn by_hand(origin: &str, key: &str, fingerprint: Option<&str>) -> String {
    let pin = fingerprint.map(|print| format!(" --server-fingerprint {print}")).unwrap_or_default();
    let insecure = if is_open(origin) { " --insecure-server" } else { "" };
    format!("DOCKHOST_API_KEY={key} dockhost-node --server {origin}{pin}{insecure}")
}

/// Plain HTTP to another machine, which a node does only if it is told to.
pub(super) fn is_open(origin: &str) -> bool {
    let Some(place) = origin.strip_prefix("http://") else { return false };
    !["localhost", "127.", "[::1]"].iter().any(|near| place.starts_with(near))
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Timestamp;

    fn code(pin: Option<&str>) -> EnrolmentCode {
        let server_key_pin = pin.map(str::to_owned);
        EnrolmentCode { secret: "dhe_x".to_owned(), expires_at: Timestamp::UNIX_EPOCH, server_key_pin }
    }

    #[test]
    fn the_line_has_all_that_the_machine_needs() {
        assert_eq!(
            installing("https://a.example", &code(None), false),
            "(curl -fsS https://a.example/install-node && echo install_node https://a.example dhe_x) | sh"
        );
        assert_eq!(
            installing("https://192.0.2.7:8080", &code(Some("sha256//a+/b=")), true),
            "(curl -fsS -k --pinnedpubkey sha256//a+/b= https://192.0.2.7:8080/install-node && \
             echo install_node https://192.0.2.7:8080 dhe_x --systemd) | sh"
        );
        assert_eq!(
            installing("http://[2001:db8::1]:8080", &code(None), false),
            "(curl -fsS 'http://[2001:db8::1]:8080/install-node' && \
             echo install_node 'http://[2001:db8::1]:8080' dhe_x --insecure-server) | sh"
        );
        assert!(!installing("http://127.0.0.1:8080", &code(None), false).contains("insecure"));
    }

    #[test]
    fn the_command_has_all_that_the_node_needs() {
        let line = |origin, print| by_hand(origin, "dhn_x", print);
        let own = "DOCKHOST_API_KEY=dhn_x dockhost-node --server";
        assert_eq!(line("https://a.example", None), format!("{own} https://a.example"));
        assert_eq!(
            line("https://192.0.2.7:8080", Some("sha256:ab")),
            format!("{own} https://192.0.2.7:8080 --server-fingerprint sha256:ab")
        );
        assert_eq!(line("http://192.0.2.7:8080", None), format!("{own} http://192.0.2.7:8080 --insecure-server"));
        assert_eq!(line("http://127.0.0.1:8080", None), format!("{own} http://127.0.0.1:8080"));
    }
}
