//! Listening sockets for a block of host ports.

use std::net::{IpAddr, SocketAddr};

use model::port::{ContainerPort, PortBlock};
use tokio::net::TcpListener;

use super::PortsTaken;

/// All three or none: what was opened before a failure is closed again on return.
pub(super) fn listen(bind: IpAddr, block: PortBlock) -> Result<Vec<(TcpListener, ContainerPort)>, PortsTaken> {
    block
        .bindings()
        .map(|binding| {
            let listener = wire::listen::tcp(SocketAddr::new(bind, binding.host.0))
                .map_err(|error| PortsTaken { port: binding.host, reason: error.to_string() })?;
            Ok((listener, binding.container))
        })
        .collect()
}
