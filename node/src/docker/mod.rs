//! The container engine. Bollard's types stay in this folder.
//!
//! Every call has a limit of its own (see [`limits`]) and answers with an [`EngineError`] that says whether
//! the engine refused or whether nobody knows what it did.

mod answer;
mod containers;
mod end;
mod error;
mod events;
mod exec;
mod image;
mod limits;
mod meaning;
mod network;
mod output;
mod own_end;
mod raw;
mod spec;
mod view;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use bollard::models::{SystemInfo, SystemVersion};
use bollard::{API_DEFAULT_VERSION, Docker};
use model::engine::Component;
use model::node::EngineState;
use tokio::time::timeout;

pub use end::Ending;
pub use error::EngineError;
pub use exec::{Program, Running};
pub use output::Output;

/// One engine, reached by its socket. Clones share what they know of it.
#[derive(Clone)]
pub struct Engine {
    shared: Arc<Shared>,
}

struct Shared {
    socket: String,
    link: Mutex<Option<Link>>,
    /// Two that make the network at once would make two of one name.
    network: tokio::sync::Mutex<()>,
}

/// An engine that answered, and what it said of itself.
#[derive(Clone)]
struct Link {
    docker: Docker,
    version: String,
    api: String,
    /// Processors that the engine may give; a limit above it is refused.
    cpus: u32,
    /// Whether requests to it pass a plugin first.
    filtered: bool,
    components: Vec<Component>,
}

impl Engine {
    /// Names the engine behind this socket. Nothing is asked of it yet, so this cannot fail.
    pub fn connect(socket: &Path) -> Self {
        let shared = Shared {
            socket: socket.to_string_lossy().into_owned(),
            link: Mutex::new(None),
            network: tokio::sync::Mutex::new(()),
        };
        Self { shared: Arc::new(shared) }
    }

    /// Asks the engine how it is. The version of its API is agreed anew each time, because the engine may
    /// have been replaced by an older or a newer one since.
    pub async fn check(&self) -> EngineState {
        match self.renew().await {
            Ok(link) => EngineState::Up { version: link.version, api: link.api },
            Err(EngineError::Hung(reason)) => EngineState::Hung { reason },
            Err(error) => EngineState::Away { reason: error.to_string() },
        }
    }

    /// The programs that the engine is made of, as it said when it last answered.
    pub fn components(&self) -> Vec<Component> {
        self.known().as_ref().map(|link| link.components.clone()).unwrap_or_default()
    }

    /// The engine as last agreed with, or agreed with now.
    async fn link(&self) -> Result<Link, EngineError> {
        let known = self.known().clone();
        match known {
            Some(link) => Ok(link),
            None => self.renew().await,
        }
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Option<Link>> {
        self.shared.link.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn renew(&self) -> Result<Link, EngineError> {
        let agreed = match timeout(limits::CHECK, self.agree()).await {
            Ok(Ok(link)) => Ok(link),
            Ok(Err(error)) => Err(answer::away(&self.shared.socket, &error)),
            Err(_) => Err(answer::hung(&self.shared.socket)),
        };
        *self.known() = agreed.as_ref().ok().cloned();
        agreed
    }

    async fn agree(&self) -> Result<Link, bollard::errors::Error> {
        let seconds = limits::LONGEST.as_secs();
        let docker = Docker::connect_with_unix(&self.shared.socket, seconds, API_DEFAULT_VERSION)?;
        let docker = docker.negotiate_version().await?;
        let told = docker.version().await?;
        let version = told.version.clone().unwrap_or_default();
        let api = docker.client_version().to_string();
        let known = self.known().as_ref().filter(|link| link.version == version).map(|link| (link.cpus, link.filtered));
        let (cpus, filtered) = match known {
            Some(known) => known,
            None => of_info(&docker.info().await?),
        };
        let components = components(told, filtered);
        Ok(Link { docker, version, api, cpus, filtered, components })
    }
}

fn of_info(info: &SystemInfo) -> (u32, bool) {
    let cpus = info.ncpu.and_then(|count| u32::try_from(count).ok()).unwrap_or(u32::MAX);
    let plugins = info.plugins.as_ref().and_then(|plugins| plugins.authorization.as_ref());
    (cpus, plugins.is_some_and(|plugins| !plugins.is_empty()))
}

/// Debian and Ubuntu say in place of a commit which package it is.
fn components(told: SystemVersion, filtered: bool) -> Vec<Component> {
    let one = |told: bollard::models::SystemVersionComponents| {
        let build = told.details.as_ref().and_then(|details| details.get("GitCommit")).cloned();
        Component { name: told.name, version: told.version, build: build.unwrap_or_default() }
    };
    let all = told.components.unwrap_or_default().into_iter().map(one);
    all.chain(filtered.then(Component::authorization)).collect()
}
