//! From one caller to the instance and back, through the tunnel.

use std::io;
use std::sync::Arc;

use model::id::InstanceId;
use model::port::ContainerPort;
use protocol::stream::Target;
use tokio::io::copy_bidirectional_with_sizes;
use tokio::net::TcpStream;
use wire::Quiet;
use wire::flow::{Flow, IDLE};
use wire::frame::{self, MAX_FRAME};
use wire::newcomers::Newcomers;

use crate::tunnel::Tunnels;

/// For each direction.
const BUFFER: usize = 64 << 10;
/// How long a program in the instance that is just starting is waited for: as on the host ports of nodes.
const PATIENCE_MS: u64 = 10_000;

pub(super) async fn connection(
    tunnels: Arc<Tunnels>,
    id: InstanceId,
    port: ContainerPort,
    client: TcpStream,
    newcomers: Newcomers,
) {
    let Ok(caller) = client.peer_addr() else { return };
    if !newcomers.carry(caller.ip(), port, relay(&tunnels, id, port, client)).await {
        tracing::debug!(instance = %id, %caller, "closed a connection that got no place at the sshd of an instance");
    }
}

async fn relay(tunnels: &Tunnels, id: InstanceId, port: ContainerPort, mut client: TcpStream) {
    // A caller that is refused sees its connection closed; there is nothing on it to say why with.
    let mut stream = match tunnels.open_stream(id, Target::Port { port, patience_ms: PATIENCE_MS }).await {
        Ok(stream) => stream,
        Err(why) => return tracing::debug!(instance = %id, port = port.0, %why, "a connection was closed"),
    };
    // Without it, short messages wait for the acknowledgement of those before them.
    let _ = client.set_nodelay(true);
    tokio::select! {
        _ended = copy_bidirectional_with_sizes(&mut client, &mut stream, BUFFER, BUFFER) => {}
        () = tunnels.no_longer_wanted(id) => {}
    }
}

/// One sender's, until nothing was said for a while or either end is gone.
pub(super) async fn datagrams(tunnels: Arc<Tunnels>, id: InstanceId, port: ContainerPort, flow: Flow) {
    let stream = match tunnels.open_stream(id, Target::Datagrams { port }).await {
        Ok(stream) => stream,
        Err(why) => return tracing::debug!(instance = %id, port = port.0, %why, "datagrams were lost"),
    };
    let Flow { mut said, back } = flow;
    let (mut from, mut to) = tokio::io::split(stream.socket);
    let quiet = Quiet::since_now();
    let inwards = async {
        while let Some(datagram) = said.recv().await {
            quiet.broken();
            frame::write(&mut to, &datagram).await?;
        }
        io::Result::Ok(())
    };
    let outwards = async {
        let mut buffer = vec![0; MAX_FRAME];
        while let Some(length) = frame::read(&mut from, &mut buffer).await? {
            quiet.broken();
            // One that the network does not take is lost, as any may be.
            let _ = back.send(buffer.get(..length).unwrap_or_default()).await;
        }
        io::Result::Ok(())
    };
    tokio::select! {
        _ended = inwards => {}
        _ended = outwards => {}
        () = quiet.lasts(IDLE) => {}
        () = tunnels.no_longer_wanted(id) => {}
    }
}
