//! The SSH gateway: one address for every instance, also those on nodes that nothing can reach.
//!
//! `ssh web-1@host` ends here and goes on to the instance's own sshd with the gateway's key; as a jump host it carries
//! bytes that it cannot read. Whoever names no instance is in the lobby.

mod bridge;
mod gate;
mod gauge;
mod guarded;
mod inner;
mod jump;
mod limits;
mod lobby;
mod requests;
mod session;
mod settings;
mod sleeping;
mod watch;
mod way;

use std::net::IpAddr;
use std::sync::Arc;

use russh::server::{Config, run_stream};
use tokio::io::BufReader;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, sleep, timeout_at};
use tokio_util::sync::CancellationToken;

use crate::handle::Handle;
use gate::{Gate, Place};
use guarded::Guarded;
use session::Session;

pub(crate) use settings::config;

/// Accepts until the server stops. A connection is taken on by a task of its own before anything is awaited for it, so
/// that none can hold up the next.
pub(crate) async fn serve(handle: Handle, listener: TcpListener, config: Arc<Config>) {
    let gate = Gate::default();
    loop {
        let accepted = tokio::select! {
            () = handle.stopping.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((socket, peer)) => {
                let address = peer.ip().to_canonical();
                // Above its share, a client is told nothing: every word would cost what the bound is to save.
                let cut = handle.stopping.child_token();
                let Some(place) = gate.enter(address, cut.clone()) else { continue };
                handle.tasks.spawn(visit(handle.clone(), Arc::clone(&config), socket, address, place, cut));
            }
            Err(error) => {
                tracing::warn!(%error, "an SSH connection could not be accepted");
                sleep(limits::ACCEPT_PAUSE).await;
            }
        }
    }
}

async fn visit(
    handle: Handle,
    config: Arc<Config>,
    socket: TcpStream,
    peer: IpAddr,
    place: Place,
    cut: CancellationToken,
) {
    let late_at = Instant::now() + limits::LOGIN_GRACE;
    // Without it, a keystroke waits for the acknowledgement of the one before.
    let _ = socket.set_nodelay(true);
    let _cut_at_the_end = cut.clone().drop_guard();
    let entered = CancellationToken::new();
    let session = Session::new(handle, peer, cut.clone(), entered.clone());
    let stream = Guarded::new(BufReader::with_capacity(limits::READ_BUFFER, socket), cut.clone());
    let greeted = timeout_at(late_at, run_stream(config, stream, session)).await;
    let Ok(Ok(running)) = greeted else {
        tracing::debug!(%peer, "an SSH client did not introduce itself");
        return;
    };
    let late = {
        let (entered, cut) = (entered.clone(), cut.clone());
        async move {
            if timeout_at(late_at, entered.cancelled()).await.is_err() {
                tracing::debug!(%peer, "an SSH client did not log in in time");
                cut.cancel();
            }
            let _seat = entered.is_cancelled().then(|| place.entered());
            std::future::pending::<()>().await
        }
    };
    tokio::select! {
        ended = running => if let Err(error) = ended {
            tracing::debug!(%peer, %error, "an SSH connection ended");
        },
        () = late => {}
    }
}
