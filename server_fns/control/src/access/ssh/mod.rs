//! The SSH gateway: one address for every instance, also those on nodes that nothing can reach.
//!
//! `ssh web-1@host` ends here and goes on to the instance's own sshd with the gateway's key; as a jump host it carries
//! bytes that it cannot read. `lobby@host` and one's own username lead to the lobby; a name that is nothing of theirs
//! leads nowhere, and says so.

mod bridge;
mod client;
mod entry;
mod forward_requests;
mod gate;
mod gauge;
mod guarded;
mod inner;
mod jump;
mod limits;
mod lobby;
mod pace;
mod refusal;
mod requests;
mod session;
mod settings;
mod sleeping;
mod view;
mod watch;
mod way;

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use russh::server::{Config, run_stream};
use tokio::io::BufReader;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, sleep, timeout_at};
use tokio_util::sync::CancellationToken;

use crate::accounts::SshKeys;
use crate::activity::Activity;
use crate::auth::attempts::network;
use crate::authority::Authority;
use crate::core::Core;
use crate::instances::Instances;
use crate::nodes::Nodes;
use crate::people::People;
use crate::tunnel::Tunnels;
use client::Session;
use gate::{Gate, Place};
use guarded::Guarded;
use pace::Pace;

pub(crate) use settings::config;

/// What the gateway uses. Cheap to clone.
#[derive(Clone)]
pub struct Gateway {
    pub(crate) core: Core,
    pub(crate) tunnels: Arc<Tunnels>,
    pub(crate) authority: Arc<Authority>,
    pub(crate) instances: Instances,
    pub(crate) keys: Arc<SshKeys>,
    pub(crate) people: People,
    pub(crate) nodes: Arc<Nodes>,
    pub(crate) activity: Activity,
    /// The address of the pages; empty where nobody named one.
    pub(crate) console: String,
}

/// Accepts until the server stops. A connection is taken on by a task of its own before anything is awaited for it, so
/// that none can hold up the next.
pub(crate) async fn serve(gateway: Gateway, listener: TcpListener, config: Arc<Config>) {
    let (gate, pace) = (Gate::default(), Pace::default());
    loop {
        let accepted = tokio::select! {
            () = gateway.core.stopping.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((socket, peer)) => {
                // Whoever has one address of IPv6 has a network of them.
                let address = network(peer.ip());
                // Above its share, a client is told nothing: every word would cost what the bound is to save.
                let cut = gateway.core.stopping.child_token();
                let Some(place) = gate.enter(address, cut.clone()) else { continue };
                let from = Origin { peer: peer.ip().to_canonical(), address, pace: pace.clone() };
                gateway.core.tasks.spawn(visit(gateway.clone(), Arc::clone(&config), socket, from, place, cut));
            }
            Err(error) => {
                tracing::warn!(%error, "an SSH connection could not be accepted");
                sleep(limits::ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Where a client comes from: what its socket says.
#[derive(Clone)]
struct Origin {
    peer: IpAddr,
    /// What is counted: the address, or the network of one of IPv6.
    address: IpAddr,
    pace: Pace,
}

async fn visit(
    gateway: Gateway,
    config: Arc<Config>,
    socket: TcpStream,
    from: Origin,
    place: Place,
    cut: CancellationToken,
) {
    let late_at = Instant::now() + limits::LOGIN_GRACE;
    let turn = async {
        while let Err(wait) = from.pace.handshake(from.address, gateway.core.now().mono) {
            sleep(wait).await;
        }
    };
    let came = tokio::select! {
        turn = timeout_at(late_at, turn) => turn.is_ok(),
        () = cut.cancelled() => false,
    };
    if !came {
        return;
    }
    let (peer, address, pace) = (from.peer, from.address, from.pace.clone());
    // Without it, a keystroke waits for the acknowledgement of the one before.
    let _ = socket.set_nodelay(true);
    let _cut_at_the_end = cut.clone().drop_guard();
    let entered = CancellationToken::new();
    let tried = Arc::<AtomicBool>::default();
    let session = Session::new(gateway, from, Arc::clone(&tried), cut.clone(), entered.clone());
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
            let _seat = entered.is_cancelled().then(|| {
                pace.entered(address, tried.load(Ordering::Relaxed));
                place.entered()
            });
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
