//! Where a request comes from.

use std::net::IpAddr;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    pub address: IpAddr,
    /// The browser, as it names itself.
    pub agent: String,
}
