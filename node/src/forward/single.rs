//! One host port beside the block, for connections or for datagrams.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use model::forward::{Forward, Protocol, Unopened};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::{Target, datagrams, relay};

/// Listens until the set is dropped, which also closes every connection.
pub(super) fn listen(
    allowed: IpAddr,
    forward: &Forward,
    places: &Arc<Semaphore>,
    target: &Target,
) -> Result<JoinSet<()>, Unopened> {
    let refused = |reason: String| Unopened { key: forward.key(), reason, taken: false };
    let address = SocketAddr::new(forward.listen_address(allowed).map_err(refused)?, forward.host.0);
    let failed = |error: io::Error| Unopened {
        key: forward.key(),
        reason: error.to_string(),
        taken: error.kind() == io::ErrorKind::AddrInUse,
    };
    let (places, target, port) = (Arc::clone(places), target.clone(), forward.container);
    let rule = forward.clone();
    let lets_in = move |source| rule.lets_in(source);
    let mut listening = JoinSet::new();
    match forward.protocol {
        Protocol::Tcp => {
            let listener = wire::listen::tcp(address).map_err(failed)?;
            let carry = move |client| relay::carry(client, port, target.clone());
            listening.spawn(wire::listen::accept(listener, places, lets_in, carry));
        }
        Protocol::Udp => {
            let socket = wire::listen::udp(address).map_err(failed)?;
            let carry = move |flow| datagrams::relay(flow, port, target.clone());
            listening.spawn(wire::flow::accept(socket, places, lets_in, carry));
        }
    }
    Ok(listening)
}
