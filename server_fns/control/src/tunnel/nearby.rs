//! Streams of a node on this very machine skip the detour through it: the node finds, checks and dials the instance as
//! always, and then hands the open connection over.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use protocol::stream::Handover;
use tokio::net::{TcpStream, UnixListener};
use tokio::sync::oneshot;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use wire::pass::{self, Ticket};

use crate::socket_file;

/// How long a connection that was handed over may take to arrive.
const ARRIVAL: Duration = Duration::from_secs(2);
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Where connections are handed over, and who waits for which.
#[derive(Clone)]
pub(crate) struct Nearby {
    path: PathBuf,
    waiting: Arc<Mutex<HashMap<Ticket, oneshot::Sender<TcpStream>>>>,
}

/// One connection that may be handed over.
pub(super) struct Promise<'a> {
    nearby: &'a Nearby,
    ticket: Ticket,
    arriving: oneshot::Receiver<TcpStream>,
}

impl Nearby {
    pub(crate) fn listen(dir: &Path) -> io::Result<(Self, UnixListener)> {
        let path = dir.canonicalize()?.join("nearby.sock");
        let listener = socket_file::listen(&path)?;
        Ok((Self { path, waiting: Arc::default() }, listener))
    }

    /// Until the server stops.
    pub(crate) async fn serve(self, listener: UnixListener, stopping: CancellationToken) {
        loop {
            let accepted = tokio::select! {
                () = stopping.cancelled() => return drop(std::fs::remove_file(&self.path)),
                accepted = listener.accept() => accepted,
            };
            let Ok((sender, _)) = accepted else {
                // For want of file descriptors: the others need time to end.
                sleep(ACCEPT_PAUSE).await;
                continue;
            };
            let nearby = self.clone();
            tokio::spawn(async move {
                match timeout(ARRIVAL, pass::receive(sender)).await {
                    Ok(Ok((ticket, connection))) => nearby.arrived(ticket, connection),
                    Ok(Err(error)) => tracing::debug!(%error, "something else than a connection was handed over"),
                    Err(_) => {}
                }
            });
        }
    }

    pub(super) fn promise(&self) -> Option<(Promise<'_>, Handover)> {
        let mut ticket = Ticket::default();
        getrandom::fill(&mut ticket).ok()?;
        let (to, arriving) = oneshot::channel();
        self.waiting().insert(ticket, to);
        let handover = Handover { path: self.path.to_str()?.to_owned(), ticket: hex::encode(ticket) };
        Some((Promise { nearby: self, ticket, arriving }, handover))
    }

    fn arrived(&self, ticket: Ticket, connection: TcpStream) {
        if let Some(asker) = self.waiting().remove(&ticket) {
            // Whoever waited may have given up: then it is closed.
            drop(asker.send(connection));
        }
    }

    fn waiting(&self) -> MutexGuard<'_, HashMap<Ticket, oneshot::Sender<TcpStream>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Promise<'_> {
    /// The connection, once the node has said that it handed it over.
    pub(super) async fn kept(mut self) -> Option<TcpStream> {
        timeout(ARRIVAL, &mut self.arriving).await.ok()?.ok()
    }
}

impl Drop for Promise<'_> {
    fn drop(&mut self) {
        self.nearby.waiting().remove(&self.ticket);
    }
}
