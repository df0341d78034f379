//! What the page says of a host port.

use model::forward::{ForwardKey, Place, Protocol};
use model::name::NodeName;

/// What its verbs are for. One number may be open for both protocols.
pub(super) fn title(key: ForwardKey) -> String {
    let ForwardKey { place, protocol, host } = key;
    let udp = if protocol == Protocol::Udp { "UDP " } else { "" };
    match place {
        Place::Node => format!("{udp}host port {}", host.0),
        Place::Server => format!("{udp}host port {} of the server", host.0),
    }
}

/// The server took it; whoever listens there is told next.
pub(super) fn closing(key: ForwardKey, node: &NodeName) -> String {
    match key.place {
        Place::Node => format!("{node} was told to close {}.", title(key)),
        Place::Server => format!("The server closes {}.", title(ForwardKey { place: Place::Node, ..key })),
    }
}

/// A network of one address is that address.
pub(in crate::pages::instance) fn network(text: &str) -> &str {
    match text.split_once('/') {
        Some((address, "32")) if !address.contains(':') => address,
        Some((address, "128")) => address,
        _ => text,
    }
}

/// Who gets in. Everybody is meant literally, so it is said where it is chosen.
pub(super) fn reach(place: Place, node: &str, everybody: bool) -> String {
    let machine = match place {
        Place::Node => node,
        Place::Server => "this server",
    };
    if everybody {
        format!("Everybody who reaches {machine} gets in, without an account and without being asked.")
    } else {
        format!("Of those who reach {machine}, only the networks that you name get in.")
    }
}

/// Whom programs in the instance see. The node dials them itself, whoever called it.
pub(super) const CALLERS: &str = "Programs in the instance see every caller at one address, the node's: sshd \
                                  ($SSH_CONNECTION), access logs, and programs that ban addresses. The list of permitted \
                                  networks applies to the true address, and a public URL tells it to the app in \
                                  X-Forwarded-For.";

#[cfg(test)]
mod tests {
    use super::*;
    use model::port::HostPort;

    #[test]
    fn both_protocols_and_both_places_are_told_apart() {
        let title = |place, protocol| title(ForwardKey { place, protocol, host: HostPort(20_000) });
        assert_eq!(title(Place::Node, Protocol::Tcp), "host port 20000");
        assert_eq!(title(Place::Node, Protocol::Udp), "UDP host port 20000");
        assert_eq!(title(Place::Server, Protocol::Tcp), "host port 20000 of the server");
    }

    #[test]
    fn single_addresses_are_shown_without_a_prefix() {
        for (text, shown) in [
            ("192.0.2.7/32", "192.0.2.7"),
            ("fd00::7/128", "fd00::7"),
            ("10.0.0.0/8", "10.0.0.0/8"),
            ("fd00::/32", "fd00::/32"),
        ] {
            assert_eq!(network(text), shown);
        }
    }

    #[test]
    fn it_is_said_who_gets_in_and_where() {
        assert!(reach(Place::Node, "lab-1", true).starts_with("Everybody who reaches lab-1 "));
        assert!(reach(Place::Server, "lab-1", true).starts_with("Everybody who reaches this server "));
        assert!(!reach(Place::Node, "lab-1", false).contains("Everybody"));
    }
}
