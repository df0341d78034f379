//! Listening sockets for a block of host ports.

use std::io;
use std::net::{IpAddr, SocketAddr};

use model::port::{ContainerPort, PortBlock};
use tokio::net::{TcpListener, TcpSocket};

use super::PortsTaken;

/// Connections that the system holds for us until they are accepted.
const BACKLOG: u32 = 256;

/// All three or none: what was opened before a failure is closed again on return.
pub(super) fn block(bind: IpAddr, block: PortBlock) -> Result<Vec<(TcpListener, ContainerPort)>, PortsTaken> {
    block
        .bindings()
        .map(|binding| {
            let listener = listen(SocketAddr::new(bind, binding.host.0))
                .map_err(|error| PortsTaken { port: binding.host, reason: error.to_string() })?;
            Ok((listener, binding.container))
        })
        .collect()
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // Connections of a node process before us may linger; another program that listens is still refused.
    socket.set_reuseaddr(true)?;
    // Accepted connections inherit it: a client that vanished is noticed in the end.
    socket.set_keepalive(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}
