//! Listening on host ports, and handing each connection on.

use std::future::Future;
use std::io;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket, TcpStream, UdpSocket};
use tokio::sync::{Semaphore, oneshot};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::sleep;

/// Connections that the system holds for us until they are accepted; it has a bound of its own (`net.core.somaxconn`).
/// Beyond it, a caller believes to be connected and nobody knows of it.
pub(crate) const BACKLOG: i32 = 4_096;
/// After accepting failed, which is for want of file descriptors: the others need time to end.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// A host port that is served. Dropping it ends that soon; [`Self::ended`] waits for it.
#[derive(Debug)]
pub struct Listening {
    open: Option<oneshot::Sender<()>>,
    serving: JoinHandle<()>,
}

/// Is there when a host port is to be served no longer.
pub type Stop = oneshot::Receiver<()>;

impl Listening {
    pub fn spawn<Serving>(serve: impl FnOnce(Stop) -> Serving) -> Self
    where
        Serving: Future<Output = ()> + Send + 'static,
    {
        let (open, stop) = oneshot::channel();
        Self { open: Some(open), serving: tokio::spawn(serve(stop)) }
    }

    /// Begins to end.
    pub fn stop(&mut self) {
        self.open = None;
    }

    /// Until its number is free for another, and nothing that came in on it goes on.
    pub async fn ended(mut self) {
        self.stop();
        // One that panicked has ended, too.
        let _ = self.serving.await;
    }
}

/// One home or one machine: a whole /64 of IPv6, since its owner has all of it.
pub fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(v4) => IpAddr::V4(v4),
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
    }
}

/// # Errors
/// As the system refuses, such as `Address already in use`.
pub fn tcp(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // Connections of a process before us may linger; another program that listens is still refused.
    socket.set_reuseaddr(true)?;
    // Accepted connections inherit it: a client that vanished is noticed in the end.
    socket.set_keepalive(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG.unsigned_abs())
}

/// # Errors
/// As the system refuses, such as `Address already in use`.
pub fn udp(address: SocketAddr) -> io::Result<UdpSocket> {
    let socket = std::net::UdpSocket::bind(address)?;
    socket.set_nonblocking(true)?;
    UdpSocket::from_std(socket)
}

/// Accepts until it is to stop, and then closes every connection that it accepted. Without a place, a connection is closed
/// at once.
pub async fn accept<Carried>(
    listener: TcpListener,
    places: Arc<Semaphore>,
    lets_in: impl Fn(IpAddr) -> bool,
    carry: impl Fn(TcpStream) -> Carried,
    mut stop: Stop,
) where
    Carried: Future<Output = ()> + Send + 'static,
{
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            biased;
            _ = &mut stop => break,
            Some(_ended) = connections.join_next() => continue,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((_, caller)) if !lets_in(caller.ip()) => {
                tracing::debug!(%caller, "closed a connection that is not let in")
            }
            Ok((client, caller)) => {
                let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
                    tracing::debug!(%caller, "closed a connection above the instance's limit");
                    continue;
                };
                let carried = carry(client);
                connections.spawn(async move {
                    carried.await;
                    drop(place);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "a connection to an instance could not be accepted");
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    connections.shutdown().await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn many_who_come_at_once_are_all_known_of() {
        let listener = tcp("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = listener.local_addr().unwrap();
        let mut callers = Vec::new();
        for _ in 0..400 {
            callers.push(TcpStream::connect(address).await.unwrap());
        }
        for _ in 0..callers.len() {
            tokio::time::timeout(Duration::from_secs(5), listener.accept()).await.unwrap().unwrap();
        }
    }
}
