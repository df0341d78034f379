//! Carrying the bytes of one connection.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use model::port::ContainerPort;
use tokio::io::copy_bidirectional_with_sizes;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout_at};
use wire::newcomers::Newcomers;

use super::{BUFFER, Target, refuse};

/// How long a connection waits for a program in the container that is just starting, and how often it asks.
const DIAL: Duration = Duration::from_secs(10);
/// The least that a connection gets, also with a caller that has no patience.
const DIAL_ONCE: Duration = Duration::from_secs(3);
const DIAL_PAUSE: Duration = Duration::from_millis(5);

/// Carries one connection until both ends are done or the container is no longer where it was. Where there is none, the
/// caller is told so.
pub(super) async fn carry(mut client: TcpStream, port: ContainerPort, mut target: Target, newcomers: Newcomers) {
    let Some(address) = *target.borrow_and_update() else { return refuse::tell(client, port).await };
    let Ok(caller) = client.peer_addr() else { return };
    let relayed = async {
        let mut instance = dial(SocketAddr::new(address, port.0), DIAL).await.ok()?;
        client.set_nodelay(true).ok()?;
        instance.set_nodelay(true).ok()?;
        copy_bidirectional_with_sizes(&mut client, &mut instance, BUFFER, BUFFER).await.ok()
    };
    let carried = async {
        tokio::select! {
            _ended = relayed => {}
            _moved = target.wait_for(|now| *now != Some(address)) => {}
        }
    };
    if !newcomers.carry(caller.ip(), port, carried).await {
        tracing::debug!(%caller, "closed a connection that got no place at the sshd of an instance");
    }
}

/// A container takes a moment from its start to its first listening program. The last error is the answer.
pub(crate) async fn dial(address: SocketAddr, patience: Duration) -> io::Result<TcpStream> {
    let until = Instant::now() + patience.max(DIAL_ONCE);
    let patient = Instant::now() + patience;
    loop {
        match timeout_at(until, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) if Instant::now() >= patient => return Err(error),
            Ok(Err(_)) => sleep(DIAL_PAUSE).await,
            Err(_) => return Err(io::ErrorKind::TimedOut.into()),
        }
    }
}
