//! Handing an open connection to another program of the same machine, which then carries its bytes itself.

use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd as _, OwnedFd};
use std::path::Path;

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage, SendFlags,
    recvmsg, sendmsg,
};
use tokio::io::Interest;
use tokio::net::{TcpStream, UnixStream};

/// What tells the receiver which connection it is.
pub type Ticket = [u8; 16];

/// # Errors
/// When nobody listens at that path: the receiver is on another machine, or may not be reached.
pub async fn send(path: &Path, ticket: &Ticket, connection: &TcpStream) -> io::Result<()> {
    let receiver = UnixStream::connect(path).await?;
    receiver
        .async_io(Interest::WRITABLE, || {
            let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
            let mut control = SendAncillaryBuffer::new(&mut space);
            let handed = [connection.as_fd()];
            if !control.push(SendAncillaryMessage::ScmRights(&handed)) {
                return Err(io::ErrorKind::OutOfMemory.into());
            }
            Ok(sendmsg(&receiver, &[IoSlice::new(ticket)], &mut control, SendFlags::NOSIGNAL)?)
        })
        .await
        .map(drop)
}

/// # Errors
/// When what comes is no ticket with one TCP connection.
pub async fn receive(sender: UnixStream) -> io::Result<(Ticket, TcpStream)> {
    let mut ticket = Ticket::default();
    let (length, handed) = sender
        .async_io(Interest::READABLE, || {
            let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
            let mut control = RecvAncillaryBuffer::new(&mut space);
            let mut parts = [IoSliceMut::new(&mut ticket)];
            let length = recvmsg(&sender, &mut parts, &mut control, RecvFlags::CMSG_CLOEXEC)?.bytes;
            Ok((length, control.drain().find_map(connection)))
        })
        .await?;
    let handed = handed.filter(|_| length == ticket.len()).ok_or(io::ErrorKind::InvalidData)?;
    let connection = std::net::TcpStream::from(handed);
    connection.peer_addr()?;
    connection.set_nonblocking(true)?;
    Ok((ticket, TcpStream::from_std(connection)?))
}

fn connection(message: RecvAncillaryMessage<'_>) -> Option<OwnedFd> {
    match message {
        RecvAncillaryMessage::ScmRights(mut handed) => handed.next(),
        RecvAncillaryMessage::ScmCredentials(_) => None,
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::{TcpListener, UnixListener};

    #[tokio::test]
    async fn a_connection_goes_on_in_other_hands() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("s");
        let near = UnixListener::bind(&path).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let outer = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (mut inner, _) = listener.accept().await.unwrap();
        let ticket = [7; 16];
        let sending = async {
            send(&path, &ticket, &outer).await.unwrap();
            // Whoever handed it on is done with it.
            drop(outer);
        };
        let receiving = async { receive(near.accept().await.unwrap().0).await.unwrap() };
        let ((), (heard, mut handed)) = tokio::join!(sending, receiving);
        assert_eq!(heard, ticket);
        handed.write_all(b"still here").await.unwrap();
        let mut word = [0; 10];
        inner.read_exact(&mut word).await.unwrap();
        assert_eq!(&word, b"still here");
        drop(handed);
        assert_eq!(inner.read(&mut word).await.unwrap(), 0);
    }

    #[tokio::test]
    async fn anything_else_is_refused() {
        let (mut talker, heard) = UnixStream::pair().unwrap();
        talker.write_all(&[7; 16]).await.unwrap();
        assert_eq!(receive(heard).await.unwrap_err().kind(), io::ErrorKind::InvalidData);
        let (silent, heard) = UnixStream::pair().unwrap();
        drop(silent);
        assert!(receive(heard).await.is_err());
    }
}
