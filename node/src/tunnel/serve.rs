//! What the node does with an opening: find the instance, check it, dial it, carry the bytes.

use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use agent::adopt;
use agent::converge::Seen;
use agent::facts::container_name;
use model::assignment::{AssignedInstance, Assignment};
use model::instance::DesiredState;
use model::name::InstanceName;
use model::port::ContainerPort;
use protocol::limits::{OPENING, PATIENCE};
use protocol::stream::{Handover, NotOpened, Opened, Opening, Target};
use tokio::io::{AsyncReadExt as _, copy_bidirectional_with_sizes};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;

use crate::docker::Engine;
use crate::files::Files;
use crate::forward::{self, Forwards, datagrams};
use crate::handshake::was_let_go;
use crate::stream::{Refused, Wire};
use crate::terminal::{self, Terminals};
use crate::transfer;
use wire::head;
use wire::pass::{self, Ticket};

/// How long a wish that the server acted on may take to reach the ledger: it comes on another socket.
const CATCH_UP: Duration = Duration::from_secs(5);

/// Where instances are found.
#[derive(Clone)]
pub struct Instances {
    pub engine: Engine,
    pub forwards: Forwards,
    pub files: Files,
    pub terminals: Terminals,
    pub assigned: watch::Receiver<Option<Arc<Assignment>>>,
}

pub(super) fn busy(who: &str) -> Refused {
    Refused(NotOpened::Busy, format!("{who} has as many streams as it may"))
}

pub(super) fn stale(why: &str) -> Refused {
    Refused(NotOpened::Stale, why.to_owned())
}

pub(super) async fn refuse(wire: &mut Wire, Refused(why, message): Refused) {
    tracing::debug!(?why, message, "a stream was not opened");
    // Whoever asked may have gone away.
    let _ = timeout(OPENING, head::write(wire, &Opened::No { why, message })).await;
}

impl Instances {
    pub(super) async fn serve(&self, wire: Wire, opening: Opening) {
        match opening.target.clone() {
            Target::Port { port, patience_ms } => self.port(wire, &opening, port, patience_ms).await,
            Target::Datagrams { port } => self.datagrams(wire, &opening, port).await,
            Target::Terminal { terminal, columns, rows } => {
                self.terminal(wire, &opening, terminal, (columns, rows)).await;
            }
            Target::PutFile { path, bytes } => {
                let Some((mut wire, container)) = self.inside(wire, &opening).await else { return };
                if head::write(&mut wire, &Opened::Yes).await.is_ok() {
                    ended(transfer::put(&self.engine, &container, &path, bytes, wire).await);
                }
            }
            Target::GetFile { path } => {
                let Some((mut wire, container)) = self.inside(wire, &opening).await else { return };
                if head::write(&mut wire, &Opened::Yes).await.is_ok() {
                    ended(transfer::get(&self.engine, &container, &path, wire).await);
                }
            }
        }
    }

    async fn terminal(&self, wire: Wire, opening: &Opening, terminal: String, size: (u16, u16)) {
        let Some((mut wire, container)) = self.inside(wire, opening).await else { return };
        if head::write(&mut wire, &Opened::Yes).await.is_err() {
            return;
        }
        let shown = self.terminals.show(opening.instance, &container, terminal, size, wire).await;
        if let Err((wire, Refused(_, message))) = shown {
            terminal::refuse(wire, &message).await;
        }
    }

    /// The name of the instance's container, which runs. Otherwise the wire is told why not.
    async fn inside(&self, mut wire: Wire, opening: &Opening) -> Option<(Wire, String)> {
        let found = timeout(OPENING, async {
            let (assignment, assigned) = self.find(opening).await?;
            self.container(&assignment, &assigned).await.map(|(name, _)| name)
        });
        let refused = match found.await {
            Ok(Ok(name)) => return Some((wire, name)),
            Ok(Err(refused)) => refused,
            Err(_) => Refused(NotOpened::Engine, "Docker does not answer in time".to_owned()),
        };
        refuse(&mut wire, refused).await;
        None
    }

    async fn port(&self, mut wire: Wire, opening: &Opening, port: ContainerPort, patience_ms: u64) {
        let patience = Duration::from_millis(patience_ms).min(PATIENCE);
        let mut target = self.forwards.target(opening.instance);
        let dialled = timeout(OPENING + patience, self.dial(opening, &mut target, port, patience)).await;
        match dialled {
            Ok(Ok((inner, address))) => {
                if let Some(handover) = &opening.handover
                    && handed_over(handover, &inner).await
                {
                    drop(inner);
                    return lease(wire, target, address).await;
                }
                if head::write(&mut wire, &Opened::Yes).await.is_ok() {
                    carry(wire, inner, target, address).await;
                }
            }
            Ok(Err(refused)) => refuse(&mut wire, refused).await,
            Err(_) => refuse(&mut wire, Refused(NotOpened::Engine, "Docker does not answer in time".to_owned())).await,
        }
    }

    async fn datagrams(&self, mut wire: Wire, opening: &Opening, port: ContainerPort) {
        let mut target = self.forwards.target(opening.instance);
        let found = timeout(OPENING, async {
            let declares = |assigned: &AssignedInstance| assigned.datagram_ports.contains(&port);
            let (address, _) = self.address(opening, &mut target, port, declares, Duration::ZERO).await?;
            let socket = datagrams::socket(SocketAddr::new(address, port.0)).await;
            socket.map(|socket| (socket, address)).map_err(|error| Refused(NotOpened::Engine, error.to_string()))
        });
        let refused = match found.await {
            Ok(Ok((socket, address))) => {
                if head::write(&mut wire, &Opened::Yes).await.is_ok() {
                    tokio::select! {
                        carried = datagrams::carry(wire, socket) => ended(carried),
                        () = moved(target, address) => {}
                    }
                }
                return;
            }
            Ok(Err(refused)) => refused,
            Err(_) => Refused(NotOpened::Engine, "Docker does not answer in time".to_owned()),
        };
        refuse(&mut wire, refused).await;
    }

    async fn dial(
        &self,
        opening: &Opening,
        target: &mut Option<forward::Target>,
        port: ContainerPort,
        patience: Duration,
    ) -> Result<(TcpStream, IpAddr), Refused> {
        let declares = |assigned: &AssignedInstance| assigned.declares(port);
        let (address, name) = self.address(opening, target, port, declares, patience).await?;
        let dialled = forward::dial(SocketAddr::new(address, port.0), patience).await;
        let inner = dialled.map_err(|error| {
            Refused(NotOpened::NotListening, format!("nothing answers on port {} of {name}: {error}", port.0))
        })?;
        Ok((inner, address))
    }

    /// Where the instance's own container is, and its name, if that port is declared for it.
    async fn address(
        &self,
        opening: &Opening,
        target: &mut Option<forward::Target>,
        port: ContainerPort,
        declares: impl Fn(&AssignedInstance) -> bool,
        patience: Duration,
    ) -> Result<(IpAddr, InstanceName), Refused> {
        let (assignment, assigned) = self.find(opening).await?;
        if !declares(&assigned) {
            let message = format!("port {} is not among the ports of {}", port.0, assigned.name);
            return Err(Refused(NotOpened::Undeclared, message));
        }
        let not_running = || Refused(NotOpened::NotRunning, format!("{} does not run", assigned.name));
        let target = target.as_mut().ok_or_else(not_running)?;
        // One that is just starting has no address yet.
        let _ = timeout(patience, target.wait_for(Option::is_some)).await;
        let address = target.borrow().ok_or_else(not_running)?;
        // Addresses are given again: this one must be our very container's, now.
        let (_, found) = self.container(&assignment, &assigned).await?;
        if found != Some(address) {
            return Err(not_running());
        }
        Ok((address, assigned.name))
    }

    /// The instance's own container, by its labels, and where it is. It runs.
    async fn container(
        &self,
        assignment: &Assignment,
        assigned: &AssignedInstance,
    ) -> Result<(String, Option<IpAddr>), Refused> {
        let name = container_name(assigned.id, assigned.incarnation);
        let looked = self.engine.reach(&name).await;
        let (view, address) = looked.map_err(|error| Refused(NotOpened::Engine, error.to_string()))?;
        match adopt::seen(assignment.cluster, assigned, view) {
            // Before its init runs the engine would run a program in it all the same.
            Seen::Ours(view) if view.state.is_running() && was_let_go(&self.files.dir(assigned.id), &view) => {
                Ok((name, address))
            }
            Seen::Ours(_) | Seen::Absent | Seen::Foreign(_) | Seen::Unknown => {
                Err(Refused(NotOpened::NotRunning, format!("{} does not run", assigned.name)))
            }
        }
    }

    /// The instance as the ledger has it, of the very generation that the server acted on.
    async fn find(&self, opening: &Opening) -> Result<(Arc<Assignment>, AssignedInstance), Refused> {
        let mut assigned = self.assigned.clone();
        let known = |now: &Option<Arc<Assignment>>| {
            let instances = now.as_ref().map(|assignment| assignment.instances.as_slice()).unwrap_or_default();
            instances.iter().any(|one| one.id == opening.instance && one.generation >= opening.generation)
        };
        // One that is behind is refused below.
        let _ = timeout(CATCH_UP, assigned.wait_for(known)).await;
        let now = self.assigned.borrow().clone();
        let not_here = || Refused(NotOpened::NotHere, "that instance is not on this node".to_owned());
        let assignment = now.ok_or_else(not_here)?;
        let found = assignment.instances.iter().find(|one| one.id == opening.instance).cloned();
        let found = found.filter(|one| one.incarnation == opening.incarnation).ok_or_else(not_here)?;
        if found.generation != opening.generation {
            return Err(stale("what is wished of the instance has changed"));
        }
        match found.desired {
            DesiredState::Running => Ok((assignment, found)),
            DesiredState::Stopped | DesiredState::Deleted => {
                Err(Refused(NotOpened::NotRunning, format!("{} does not run", found.name)))
            }
        }
    }
}

fn ended(transfer: std::io::Result<()>) {
    if let Err(error) = transfer {
        tracing::debug!(%error, "a transfer ended early");
    }
}

/// Until both ends are done or the container is no longer where it was.
async fn carry(mut wire: Wire, mut inner: TcpStream, target: Option<forward::Target>, address: IpAddr) {
    // Without it, small messages wait for the acknowledgement of those before them.
    let _ = inner.set_nodelay(true);
    tokio::select! {
        _ended = copy_bidirectional_with_sizes(&mut wire, &mut inner, forward::BUFFER, forward::BUFFER) => {}
        () = moved(target, address) => {}
    }
}

/// Whether the server is on this machine and has the connection now.
async fn handed_over(handover: &Handover, inner: &TcpStream) -> bool {
    let mut ticket = Ticket::default();
    if hex::decode_to_slice(&handover.ticket, &mut ticket).is_err() {
        return false;
    }
    let _ = inner.set_nodelay(true);
    pass::send(Path::new(&handover.path), &ticket, inner).await.is_ok()
}

/// What is left of a stream that was handed over: its place among those that the instance may have, until the server is
/// done with it.
async fn lease(mut wire: Wire, target: Option<forward::Target>, address: IpAddr) {
    if head::write(&mut wire, &Opened::HandedOver).await.is_err() {
        return;
    }
    tokio::select! {
        _ended = wire.read_u8() => {}
        () = moved(target, address) => {}
    }
}

/// Waits until the container is no longer there.
async fn moved(target: Option<forward::Target>, address: IpAddr) {
    if let Some(mut target) = target {
        let _ = target.wait_for(|now| *now != Some(address)).await;
    }
}
