//! The sockets of one connection of a node: those that stand ready, and who waits for one.

use std::collections::VecDeque;

use model::version::Epoch;
use protocol::limits::{IDLE_STREAMS, STREAMS};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};

/// Wishes for more sockets that may wait to be told to the node.
const WISHES: usize = 64;

pub(super) struct Pool {
    pub(super) epoch: Epoch,
    ready: VecDeque<TcpStream>,
    waiting: VecDeque<oneshot::Sender<TcpStream>>,
    wanted: mpsc::Sender<u16>,
}

impl Pool {
    pub(super) fn new(epoch: Epoch) -> (Self, mpsc::Receiver<u16>) {
        let (wanted, wishes) = mpsc::channel(WISHES);
        (Self { epoch, ready: VecDeque::new(), waiting: VecDeque::new(), wanted }, wishes)
    }

    pub(super) fn arrived(&mut self, socket: TcpStream) {
        let mut socket = socket;
        while let Some(asker) = self.waiting.pop_front() {
            match asker.send(socket) {
                Ok(()) => return,
                // Whoever waited has gone away.
                Err(back) => socket = back,
            }
        }
        if self.ready.len() < STREAMS {
            self.ready.push_back(socket);
        }
    }

    /// The newest of those that stand ready: an older one is nearer to the end that its node sets it.
    pub(super) fn take(&mut self) -> oneshot::Receiver<TcpStream> {
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
