//! From a configuration to a running server, and its orderly end.

use std::net::SocketAddr;
use std::sync::Arc;

use planner::world::{ServerPorts, World};
use tokio::net::{TcpListener, UnixListener};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::access::{forwards, ssh};
use crate::api::{Api, Settled};
use crate::auth::attempts::AttemptLimits;
use crate::authority::Authority;
use crate::clock::Clock;
use crate::config::Config;
use crate::console;
use crate::core::Core;
use crate::host_ports::ForwardConfig;
use crate::limits;
use crate::orchestrator::Loop;
use crate::store::{OpenError, Store};
use crate::tunnel::Tunnels;
use crate::tunnel::nearby::Nearby;
use crate::upgrade;

/// The main server without its pages.
pub struct Control;

/// The database is open and loaded; nothing runs yet.
pub struct Opened {
    store: Store,
    world: World,
    clock: Clock,
    config: Config,
    authority: Authority,
    gateway: Option<TcpListener>,
    attempts: AttemptLimits,
}

/// What runs. Dropping it leaves everything running; see [`Running::stop`].
pub struct Running {
    connections: CancellationToken,
    tasks: TaskTracker,
    writing: CancellationToken,
    writer: JoinHandle<()>,
}

impl Control {
    /// Opens the database, becomes its only writer and loads every row.
    ///
    /// # Errors
    /// When it cannot be opened, is in use, or was made by a newer version.
    pub async fn open(config: Config) -> Result<Opened, OpenError> {
        // On a worker thread, whose stack is deep enough for the database engine; the caller's may not be.
        match tokio::spawn(open(config)).await {
            Ok(opened) => opened,
            Err(failed) => std::panic::resume_unwind(failed.into_panic()),
        }
    }
}

async fn open(config: Config) -> Result<Opened, OpenError> {
    let clock = Clock::start();
    let gateway = match config.ssh.listen {
        Some(address) => Some(listen(address)?),
        None => None,
    };
    let ssh = gateway.iter().map(|(_, address)| *address);
    let listens: Vec<SocketAddr> = config.listens.iter().copied().chain(ssh).collect();
    if let Some(forwards) = config.forwards
        && let Some(own) = forwards.contains_own(&listens)
    {
        return Err(OpenError::OwnPort { forwards, own });
    }
    let mut store = Store::open(&config.location(), config.first_settings()).await?;
    let mut world = store.load(clock.now().mono).await?;
    let authority = Authority::new(&world.identity.secret).map_err(|error| OpenError::Secret(error.to_string()))?;
    upgrade::bring_up(&mut store, &mut world, &authority).await?;
    if let Some((_, address)) = &gateway {
        world.identity.ssh_address = format!("{}:{}", config.ssh.host, config.ssh.port.unwrap_or(address.port()));
    }
    if let Some(ForwardConfig { bind, range }) = config.forwards {
        // Loopback has many addresses, and only this one leads there.
        let host = if bind.is_loopback() { bind.to_string() } else { config.ssh.host.clone() };
        world.identity.server_ports = Some(ServerPorts { range, bind, host });
    }
    world.identity.listens = listens;
    world.identity.network = wire::network();
    world.identity.server_fingerprint = config.server_fingerprint.clone();
    world.identity.server_key_pin = config.server_key_pin.clone();
    if let Some(apps) = &config.apps {
        world.identity.apps_address = apps.address();
    }
    let gateway = gateway.map(|(listener, _)| listener);
    Ok(Opened { store, world, clock, config, authority, gateway, attempts: AttemptLimits::default() })
}

/// Before the database is opened: who cannot serve shall not become its writer.
fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), OpenError> {
    let failed = |source| OpenError::SshListen { address, source };
    let listener = wire::listen::tcp(address).map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    Ok((listener, bound))
}

impl Opened {
    /// Other bounds for wrong passwords than the usual ones.
    #[must_use]
    pub fn with_attempts(self, attempts: AttemptLimits) -> Self {
        Self { attempts, ..self }
    }

    /// Starts the writing task and the administrator's socket on the runtime that calls it, which must give its
    /// threads [`limits::WORKER_STACK`].
    pub fn run(self) -> (Arc<Api>, Running) {
        let Self { store, world, clock, config, authority, gateway, attempts } = self;
        let (connections, writing, tasks) = (CancellationToken::new(), CancellationToken::new(), TaskTracker::new());
        let authority = Arc::new(authority);
        let log = store.log();
        let (task, orchestrator) = Loop::new(store, world, clock, Arc::clone(&authority));
        let writer = tokio::spawn(task.run(writing.clone()));
        let core = Core { orchestrator, tasks: tasks.clone(), stopping: connections.clone() };
        let near = nearby(&config);
        let tunnels = Arc::new(Tunnels::new(core.clone(), near.as_ref().map(|(nearby, _)| nearby.clone())));
        let settled = Settled {
            attempts,
            exposure: config.exposure,
            hosts: config.hosts,
            apps: config.apps,
            programs: config.programs,
            certificate: config.server_certificate,
            log,
        };
        let api = Arc::new(Api::new(core.clone(), &authority, Arc::clone(&tunnels), settled));
        api.credentials.tell_exposure();
        if let Some((nearby, listener)) = near {
            tasks.spawn(nearby.serve(listener, connections.clone()));
        }
        if let Some(listener) = gateway {
            match ssh::config(&authority, &config.ssh.host) {
                Ok(config) => drop(tasks.spawn(ssh::serve(api.gateway.clone(), listener, Arc::new(config)))),
                // Without it, instances are reached at their nodes.
                Err(error) => tracing::error!(%error, "the SSH gateway has no certificate and does not run"),
            }
        }
        if let Some(ForwardConfig { bind, .. }) = config.forwards {
            tasks.spawn(forwards::serve(core, tunnels, bind));
        }
        if !config.data_dir.as_os_str().is_empty() {
            match console::listen(&config.data_dir) {
                Ok(listener) => {
                    let serve =
                        console::serve(Arc::clone(&api.console), listener, config.data_dir, connections.clone());
                    tasks.spawn(serve);
                }
                // Without it the server works on.
                Err(error) => {
                    tracing::error!(%error, dir = %config.data_dir.display(), "the administrator's socket cannot be opened");
                }
            }
        }
        (api, Running { connections, tasks, writing, writer })
    }
}

/// Where nodes on this machine hand connections over. Without it, they carry them.
fn nearby(config: &Config) -> Option<(Nearby, UnixListener)> {
    if config.data_dir.as_os_str().is_empty() || config.unnamed_proxy {
        return None;
    }
    let listening = Nearby::listen(&config.data_dir);
    listening.inspect_err(|error| tracing::warn!(%error, "nodes on this machine cannot hand connections over")).ok()
}

impl Running {
    /// Ends the connections, then the writing: what was asked before is on disk when it returns.
    pub async fn stop(self) {
        let Self { connections, tasks, writing, writer } = self;
        connections.cancel();
        tasks.close();
        if tokio::time::timeout(limits::STOP, tasks.wait()).await.is_err() {
            tracing::warn!("some connections did not end in time");
        }
        writing.cancel();
        if let Err(error) = writer.await {
            tracing::error!(error = &error as &dyn std::error::Error, "the writing task did not end orderly");
        }
    }
}
