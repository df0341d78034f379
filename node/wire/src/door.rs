//! A host port that can be closed without giving its number away.

use std::io;
use std::net::{Shutdown, SocketAddr};

use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::TcpListener;

use crate::listen::BACKLOG;

/// Bound for as long as it lives, and listening only while it is open: who dials a closed one is refused by the system, and
/// no other program gets the number.
pub struct Door {
    socket: Socket,
}

impl Door {
    /// Holds the number; nothing listens yet.
    ///
    /// # Errors
    /// As the system refuses, such as `Address already in use`.
    pub fn bind(address: SocketAddr) -> io::Result<Self> {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
        socket.set_nonblocking(true)?;
        // Connections of a process before us may linger; another program that listens is still refused.
        socket.set_reuse_address(true)?;
        // Accepted connections inherit it: a client that vanished is noticed in the end.
        socket.set_keepalive(true)?;
        socket.bind(&address.into())?;
        // While nothing listens here, a program that asks to share the number would get it.
        socket.set_reuse_address(false)?;
        Ok(Self { socket })
    }

    /// Begins to listen, on a runtime.
    ///
    /// # Errors
    /// As the system refuses, for want of file descriptors.
    pub fn open(&self) -> io::Result<TcpListener> {
        // For the connections that linger: the system looks at them once more.
        self.socket.set_reuse_address(true)?;
        let listening = || {
            self.socket.listen(BACKLOG)?;
            TcpListener::from_std(self.socket.try_clone()?.into())
        };
        let opened = listening();
        if opened.is_err() {
            // What was half opened is closed again; why it failed matters more than whether this does.
            let _ = self.close();
        }
        opened
    }

    /// Listens no more and goes on holding the number. Connections that were accepted are their holders' to end; those that
    /// wait to be accepted are reset.
    ///
    /// # Errors
    /// As the system refuses.
    pub fn close(&self) -> io::Result<()> {
        self.socket.set_reuse_address(false)?;
        match self.socket.shutdown(Shutdown::Read) {
            // It did not listen.
            Err(error) if error.kind() == io::ErrorKind::NotConnected => Ok(()),
            closed => closed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{IpAddr, Ipv4Addr};
    use tokio::io::AsyncReadExt as _;
    use tokio::net::TcpStream;

    const LOCAL: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
    const EVERYWHERE: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);

    /// A number of our own choice: one that the system chose is given back with the first close.
    fn bound() -> (Door, SocketAddr) {
        for port in 32_100..32_700 {
            let address = SocketAddr::new(LOCAL, port);
            if let Ok(door) = Door::bind(address) {
                return (door, address);
            }
        }
        panic!("no free host port");
    }

    /// Whether a program that is not ours gets the number, whichever way it asks for it.
    fn is_free(port: u16) -> bool {
        let ways = [(LOCAL, true), (LOCAL, false), (EVERYWHERE, true), (EVERYWHERE, false)];
        ways.into_iter().any(|(address, shares)| {
            let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
            socket.set_reuse_address(shares).unwrap();
            socket.set_reuse_port(shares).unwrap();
            socket.bind(&SocketAddr::new(address, port).into()).and_then(|()| socket.listen(1)).is_ok()
        })
    }

    async fn is_refused(address: SocketAddr) -> bool {
        TcpStream::connect(address).await.is_err_and(|error| error.kind() == io::ErrorKind::ConnectionRefused)
    }

    #[tokio::test]
    async fn a_closed_one_refuses_everybody_and_its_number_is_nobody_elses() {
        let (door, address) = bound();
        assert!(is_refused(address).await && !is_free(address.port()), "never opened");
        for round in 0..3 {
            let listener = door.open().unwrap();
            let mut client = TcpStream::connect(address).await.unwrap();
            // It lingers when it is closed from this side.
            drop(listener.accept().await.unwrap());
            assert_eq!(client.read(&mut [0]).await.unwrap(), 0);
            let mut waiting = TcpStream::connect(address).await.unwrap();
            drop(listener);
            door.close().unwrap();
            assert!(waiting.read(&mut [0]).await.is_err(), "who was not yet accepted is reset");
            assert!(is_refused(address).await && !is_free(address.port()), "closed, round {round}");
        }
        drop(door);
        assert!(is_free(address.port()));
    }

    #[tokio::test]
    async fn one_that_another_program_listens_on_is_not_had() {
        let foreign = TcpListener::bind((LOCAL, 0)).await.unwrap();
        let port = foreign.local_addr().unwrap().port();
        for address in [LOCAL, EVERYWHERE] {
            let taken = Door::bind(SocketAddr::new(address, port)).map(drop).unwrap_err();
            assert_eq!(taken.kind(), io::ErrorKind::AddrInUse);
        }
    }
}
