//! Carrying datagrams to an instance's container and back.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use model::port::ContainerPort;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::UdpSocket;
use wire::Quiet;
use wire::flow::{Flow, IDLE};
use wire::frame::{self, MAX_FRAME};

use super::Target;

/// One sender's, from a host port of this node, until nothing was said for a while or the container is no longer where
/// it was.
pub(super) async fn relay(flow: Flow, port: ContainerPort, mut target: Target) {
    let Some(address) = *target.borrow_and_update() else { return };
    let Flow { mut said, back } = flow;
    let Ok(inside) = socket(SocketAddr::new(address, port.0)).await else { return };
    let quiet = Quiet::since_now();
    let to = async {
        while let Some(datagram) = said.recv().await {
            quiet.broken();
            // Nothing may listen there yet: then it is lost, as on any network.
            let _ = inside.send(&datagram).await;
        }
    };
    let from = async {
        let mut buffer = vec![0; MAX_FRAME];
        loop {
            let length = received(&inside, &mut buffer).await;
            quiet.broken();
            let _ = back.send(buffer.get(..length).unwrap_or_default()).await;
        }
    };
    tokio::select! {
        () = to => {}
        () = from => {}
        () = quiet.lasts(IDLE) => {}
        _moved = target.wait_for(|now| *now != Some(address)) => {}
    }
}

/// Those of one stream of the tunnel, until it ends or nothing was said for a while.
pub(crate) async fn carry(stream: impl AsyncRead + AsyncWrite, inside: UdpSocket) -> io::Result<()> {
    let (mut reader, mut writer) = tokio::io::split(stream);
    let quiet = Quiet::since_now();
    let to = async {
        let mut buffer = vec![0; MAX_FRAME];
        while let Some(length) = frame::read(&mut reader, &mut buffer).await? {
            quiet.broken();
            let _ = inside.send(buffer.get(..length).unwrap_or_default()).await;
        }
        io::Result::Ok(())
    };
    let from = async {
        let mut buffer = vec![0; MAX_FRAME];
        loop {
            let length = received(&inside, &mut buffer).await;
            quiet.broken();
            frame::write(&mut writer, buffer.get(..length).unwrap_or_default()).await?;
        }
    };
    tokio::select! {
        ended = to => ended,
        ended = from => ended,
        () = quiet.lasts(IDLE) => Ok(()),
    }
}

/// A socket that hears only what comes from there.
pub(crate) async fn socket(address: SocketAddr) -> io::Result<UdpSocket> {
    let any: IpAddr = if address.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let socket = UdpSocket::bind((any, 0)).await?;
    socket.connect(address).await?;
    Ok(socket)
}

/// The next datagram. That nothing listens inside is told as an error of the socket, once for each that was sent, and
/// is no reason to give up: the program may just be starting.
async fn received(inside: &UdpSocket, buffer: &mut [u8]) -> usize {
    loop {
        match inside.recv(buffer).await {
            Ok(length) => return length,
            Err(error) => tracing::debug!(%error, "no answer from the instance"),
        }
    }
}
