//! The sockets of one connection of a node: those that stand ready, and who waits for one.

use std::collections::VecDeque;
use std::time::Duration;

use model::version::Epoch;
use protocol::limits::{IDLE_STREAM_AGE, IDLE_STREAMS, OPENING};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use crate::http::listen::Wire;

/// Wishes for more sockets that may wait to be told to the node.
const WISHES: usize = 64;
/// Sockets that may stand ready. A node keeps fewer by itself; the rest is for those that were asked for by somebody who
/// has gone away meanwhile. Who still waits is given one as it arrives, so this bounds no streams.
const READY: usize = 16;
/// How long one may stand ready: its node ends it before that.
const READY_AGE: Duration = Duration::from_secs(IDLE_STREAM_AGE.as_secs() + OPENING.as_secs());

pub(super) struct Pool {
    pub(super) epoch: Epoch,
    /// The oldest is the first.
    ready: VecDeque<Ready>,
    waiting: VecDeque<oneshot::Sender<Wire>>,
    wanted: mpsc::Sender<u16>,
}

struct Ready {
    socket: Wire,
    since: Instant,
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
        let now = Instant::now();
        self.tidy(now);
        // A node holds no connection's place, so this alone keeps it from leaving sockets here until there are no more.
        if self.ready.len() >= READY {
            self.ready.pop_front();
        }
        self.ready.push_back(Ready { socket, since: now });
    }

    /// Each stands ready for a while and is then replaced by its node; those that ended, or should have, are let go.
    pub(super) fn tidy(&mut self, now: Instant) {
        self.ready.retain(|ready| now.duration_since(ready.since) < READY_AGE && is_silent(&ready.socket));
    }

    /// The newest of those that stand ready: an older one is nearer to the end that its node sets it.
    pub(super) fn take(&mut self) -> oneshot::Receiver<Wire> {
        let (asker, socket) = oneshot::channel();
        match self.ready.pop_back() {
            Some(ready) => drop(asker.send(ready.socket)),
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
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
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
        for ready in &pool.ready {
            ready.socket.tcp().readable().await.unwrap();
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

    #[tokio::test]
    async fn of_those_that_nobody_wants_only_the_newest_stay() {
        let (mut pool, _wanted) = Pool::new(Epoch(1));
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..READY + 3 {
            let (socket, other) = pair().await;
            ours.push(socket.local_addr().unwrap());
            pool.arrived(socket.into());
            theirs.push(other);
        }
        let kept: Vec<_> = pool.ready.iter().map(|ready| ready.socket.tcp().local_addr().unwrap()).collect();
        assert_eq!(kept, ours[3..]);
        assert_eq!(theirs[0].read(&mut [0; 1]).await.unwrap(), 0, "the oldest was closed");
    }

    #[tokio::test]
    async fn whoever_waits_is_given_one_however_many_wait() {
        let (mut pool, _wanted) = Pool::new(Epoch(1));
        let waits: Vec<_> = (0..3 * READY).map(|_| pool.take()).collect();
        let mut theirs = Vec::new();
        for _ in 0..3 * READY {
            let (socket, other) = pair().await;
            pool.arrived(socket.into());
            theirs.push(other);
        }
        for wait in waits {
            wait.await.unwrap();
        }
        assert!(pool.ready.is_empty());
    }

    #[tokio::test]
    async fn one_that_its_node_does_not_end_is_ended_here() {
        let (mut pool, _wanted) = Pool::new(Epoch(1));
        let (socket, mut theirs) = pair().await;
        pool.arrived(socket.into());
        let arrived = pool.ready[0].since;
        pool.tidy(arrived + IDLE_STREAM_AGE);
        assert_eq!(pool.ready.len(), 1);
        pool.tidy(arrived + READY_AGE);
        assert!(pool.ready.is_empty());
        assert_eq!(theirs.read(&mut [0; 1]).await.unwrap(), 0);
    }
}
