//! The sockets of one connection of a node: those that stand ready, and who waits for one.

use std::collections::VecDeque;

use model::version::Epoch;
use protocol::limits::{IDLE_STREAMS, STREAMS};
use tokio::sync::{mpsc, oneshot};

use crate::http::listen::Wire;

/// Wishes for more sockets that may wait to be told to the node.
const WISHES: usize = 64;

pub(super) struct Pool {
    pub(super) epoch: Epoch,
    ready: VecDeque<Wire>,
    waiting: VecDeque<oneshot::Sender<Wire>>,
    wanted: mpsc::Sender<u16>,
}

impl Pool {
    pub(super) fn new(epoch: Epoch) -> (Self, mpsc::Receiver<u16>) {
        let (wanted, wishes) = mpsc::channel(WISHES);
        (Self { epoch, ready: VecDeque::new(), waiting: VecDeque::new(), wanted }, wishes)
    }

    pub(super) fn arrived(&mut self, socket: Wire) {
        let mut socket = socket;
        while let Some(asker) = self.waiting.pop_front() {
            match asker.send(socket) {
                Ok(()) => return,
                // Whoever waited has gone away.
                Err(back) => socket = back,
            }
        }
        // Each stands ready for a while and is then replaced by its node; those that ended are let go here.
        self.ready.retain(is_silent);
        if self.ready.len() < STREAMS {
            self.ready.push_back(socket);
        }
    }

    /// The newest of those that stand ready: an older one is nearer to the end that its node sets it.
    pub(super) fn take(&mut self) -> oneshot::Receiver<Wire> {
        let (asker, socket) = oneshot::channel();
        match self.ready.pop_back() {
            Some(ready) => drop(asker.send(ready)),
            None => {
                self.waiting.retain(|asker| !asker.is_closed());
                self.waiting.push_back(asker);
                // The node replaces each of its ready ones by itself; what is beyond that must be asked for.
                if self.waiting.len() > IDLE_STREAMS {
                    // With as many wishes as that waiting, enough sockets are under way.
                    let _ = self.wanted.try_send(1);
                }
            }
        }
        socket
    }
}

/// Open, and the node has said nothing: it is not its turn. With TLS, what is read here is of no use any more.
fn is_silent(socket: &Wire) -> bool {
    let heard = socket.tcp().try_read(&mut [0; 1]);
    heard.is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::AsyncWriteExt as _;
    use tokio::net::{TcpListener, TcpStream};

    async fn pair() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (ours, theirs) = tokio::join!(TcpStream::connect(listener.local_addr().unwrap()), listener.accept());
        (ours.unwrap(), theirs.unwrap().0)
    }

    #[tokio::test]
    async fn the_newest_is_given_and_those_that_ended_are_let_go() {
        let (mut pool, mut wanted) = Pool::new(Epoch(1));
        let (first, theirs) = pair().await;
        let (second, mut talker) = pair().await;
        pool.arrived(first.into());
        pool.arrived(second.into());
        drop(theirs);
        talker.write_all(b"out of turn").await.unwrap();
        for socket in &pool.ready {
            socket.tcp().readable().await.unwrap();
        }
        let (third, _their_third) = pair().await;
        let port = third.local_addr().unwrap();
        pool.arrived(third.into());
        assert_eq!(pool.ready.len(), 1);
        assert_eq!(pool.take().await.unwrap().tcp().local_addr().unwrap(), port);
        let waits: Vec<_> = (0..=IDLE_STREAMS).map(|_| pool.take()).collect();
        assert_eq!(wanted.try_recv(), Ok(1));
        assert_eq!(waits.len(), IDLE_STREAMS + 1);
    }
}
