//! Whether programs that listen are in each other's way.

use std::net::{IpAddr, SocketAddr};

use crate::port::{HostPort, PortRange};

/// Whether one port can be listened on at only one of the two addresses.
pub fn collide(one: IpAddr, other: IpAddr) -> bool {
    match (one, other) {
        _ if one == other => true,
        // It takes IPv4, too.
        (IpAddr::V6(any), _) | (_, IpAddr::V6(any)) if any.is_unspecified() => true,
        (IpAddr::V4(one), IpAddr::V4(other)) => one.is_unspecified() || other.is_unspecified(),
        (IpAddr::V4(_) | IpAddr::V6(_), _) => false,
    }
}

/// Whether somebody who listens there would take one of the addresses `kept` from its owner.
pub fn is_kept(kept: &[SocketAddr], address: IpAddr, port: HostPort) -> bool {
    first_kept(kept, address, port.range()).is_some()
}

/// The first of the addresses `kept` that somebody would take who listens on these host ports.
pub fn first_kept(kept: &[SocketAddr], address: IpAddr, ports: PortRange) -> Option<SocketAddr> {
    kept.iter().copied().find(|kept| ports.contains(HostPort(kept.port())) && collide(kept.ip(), address))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_collides_with_itself_and_with_those_that_contain_it() {
        let collide = |one: &str, other: &str| {
            let (one, other) = (one.parse().unwrap(), other.parse().unwrap());
            assert_eq!(collide(one, other), collide(other, one), "{one} and {other}");
            collide(one, other)
        };
        for (one, other) in
            [("127.0.0.1", "127.0.0.1"), ("127.0.0.1", "0.0.0.0"), ("::", "10.0.0.7"), ("::", "::1"), ("::", "0.0.0.0")]
        {
            assert!(collide(one, other), "{one} and {other}");
        }
        for (one, other) in [("127.0.0.1", "127.0.0.2"), ("0.0.0.0", "::1"), ("::1", "127.0.0.1"), ("::1", "fd00::7")] {
            assert!(!collide(one, other), "{one} and {other}");
        }
    }

    #[test]
    fn what_is_kept_is_found_in_a_range() {
        let kept = ["127.0.0.1:8080".parse().unwrap(), "10.0.0.7:2222".parse().unwrap()];
        let first = |address: &str, first, last| first_kept(&kept, address.parse().unwrap(), PortRange { first, last });
        assert_eq!(first("0.0.0.0", 8000, 8999), Some(kept[0]));
        assert_eq!(first("127.0.0.1", 8080, 8080), Some(kept[0]));
        assert_eq!(first("127.0.0.1", 2000, 8079), None, "that one is at another address");
        assert_eq!(first("10.0.0.7", 1024, 32767), Some(kept[1]));
        assert!(is_kept(&kept, "::".parse().unwrap(), HostPort(2222)));
        assert!(!is_kept(&kept, "127.0.0.2".parse().unwrap(), HostPort(8080)));
    }
}
