//! Which of the server's own host ports are for instances.

use std::net::{IpAddr, SocketAddr};

use model::listening::first_kept;
use model::port::PortRange;

/// The server's own host ports for instances. People find them under the host of the SSH gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ForwardConfig {
    /// Where instances may listen; `0.0.0.0` is every IPv4 address.
    pub bind: IpAddr,
    pub range: PortRange,
}

impl ForwardConfig {
    /// The first of the server's own addresses that an instance could take.
    pub fn contains_own(&self, listens: &[SocketAddr]) -> Option<SocketAddr> {
        first_kept(listens, self.bind, self.range)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_with_the_servers_own_port_in_it_is_found() {
        let listens = ["127.0.0.1:8080", "10.0.0.7:2222"].map(|text| text.parse().unwrap());
        let own = |bind: &str, first, last| {
            ForwardConfig { bind: bind.parse().unwrap(), range: PortRange { first, last } }.contains_own(&listens)
        };
        assert_eq!(own("127.0.0.1", 8000, 8999), Some(listens[0]));
        assert_eq!(own("0.0.0.0", 2222, 2222), Some(listens[1]));
        assert_eq!(own("127.0.0.2", 8000, 8999), None, "another address has ports of its own");
        assert_eq!(own("0.0.0.0", 20_000, 20_999), None);
    }
}
