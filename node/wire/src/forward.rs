//! One host port that leads to an instance, on whichever machine it is.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use model::forward::{Forward, Protocol, Unopened};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;

use crate::flow::{self, Flow};
use crate::listen::{self, Listening};

/// What it answers listens, and closes every connection and every exchange of datagrams when it ends. `allowed` is where the
/// operator lets instances listen.
///
/// # Errors
/// When the wish goes beyond that, or as the system refuses.
pub fn open<Connection, Datagrams>(
    forward: &Forward,
    allowed: IpAddr,
    places: Arc<Semaphore>,
    connection: impl Fn(TcpStream) -> Connection + Send + 'static,
    datagrams: impl Fn(Flow) -> Datagrams + Send + 'static,
) -> Result<Listening, Unopened>
where
    Connection: Future<Output = ()> + Send + 'static,
    Datagrams: Future<Output = ()> + Send + 'static,
{
    let key = forward.key();
    let barred = |reason| Unopened { key, reason, taken: false };
    let failed = |error: io::Error| {
        let taken = error.kind() == io::ErrorKind::AddrInUse;
        Unopened { key, reason: error.to_string(), taken }
    };
    let address = SocketAddr::new(forward.listen_address(allowed).map_err(barred)?, forward.host.0);
    let rule = forward.clone();
    let lets_in = move |source| rule.lets_in(source);
    Ok(match forward.protocol {
        Protocol::Tcp => {
            let listener = listen::tcp(address).map_err(failed)?;
            Listening::spawn(|stop| listen::accept(listener, places, lets_in, connection, stop))
        }
        Protocol::Udp => {
            let socket = listen::udp(address).map_err(failed)?;
            Listening::spawn(|stop| flow::accept(socket, places, lets_in, datagrams, stop))
        }
    })
}
