//! Of which installation a world is.

use std::net::{IpAddr, SocketAddr};

use model::port::PortRange;

/// Made once for each installation, and carried on by a backup.
#[derive(Clone, Default, PartialEq)]
pub struct Identity {
    /// 32 bytes in hex, from which every key of the installation is derived.
    pub secret: String,
    /// `type base64`: with this key the gateway logs in to instances.
    pub gateway_key: String,
    /// `host:port` under which people reach the gateway; empty if there is none. Not stored.
    pub ssh_address: String,
    /// `scheme://domain[:port]` below which apps are reached; empty if there is none. Not stored.
    pub apps_address: String,
    /// `sha256:…` of the certificate that the main server made for itself, if it did. Not stored.
    pub server_fingerprint: Option<String>,
    /// `sha256//…` of the public key in it, which is how `curl` names what it trusts. Not stored.
    pub server_key_pin: Option<String>,
    /// The main server's own host ports for instances, if there are any. Not stored.
    pub server_ports: Option<ServerPorts>,
    /// Where the main server listens for people, nodes and SSH clients. Not stored.
    pub listens: Vec<SocketAddr>,
    /// Of which machine's network it is; see [`model::node::NodeFacts::network`]. Not stored.
    pub network: String,
}

/// The main server's own host ports, which lead into instances through the tunnel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerPorts {
    pub range: PortRange,
    /// Where it listens; `0.0.0.0` is every IPv4 address.
    pub bind: IpAddr,
    /// The host name under which people reach it.
    pub host: String,
}

/// Without the secret, which must not get into a log.
impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Identity").field("gateway_key", &self.gateway_key).finish_non_exhaustive()
    }
}
