//! The door for server functions and routes: the rooms of the server, each with what people may ask of it. Who asks
//! comes first; what comes back is what pages show, or a refusal. Nothing below knows this type.

mod router;

pub use router::ROUTES;

use std::path::PathBuf;
use std::sync::Arc;

use model::refusal::Refusal;
use planner::hosts::ConsoleHosts;

use crate::access::apps::{AppsDomain, Urls};
use crate::access::files::Files;
use crate::access::ssh::Gateway;
use crate::access::terminal::Terminals;
use crate::accounts::{Accounts, Credentials, SignInRequests, SshKeys, Tokens};
use crate::activity::Activity;
use crate::auth::attempts::{AttemptLimits, Attempts};
use crate::authority::Authority;
use crate::command_line::{self, CommandLine};
use crate::console::Console;
use crate::core::Core;
use crate::http::Exposure;
use crate::http::programs::Programs;
use crate::installation::Installation;
use crate::instances::Instances;
use crate::live::Live;
use crate::nodes::{Nodes, install};
use crate::people::People;
use crate::store::Log;
use crate::tunnel::Tunnels;

pub struct Api {
    pub(crate) core: Core,
    pub credentials: Arc<Credentials>,
    pub accounts: Arc<Accounts>,
    pub tokens: Arc<Tokens>,
    pub sign_in_requests: SignInRequests,
    pub ssh_keys: Arc<SshKeys>,
    pub people: People,
    pub installation: Installation,
    pub instances: Instances,
    pub nodes: Arc<Nodes>,
    pub activity: Activity,
    pub tunnels: Arc<Tunnels>,
    pub live: Live,
    pub terminals: Arc<Terminals>,
    pub files: Arc<Files>,
    pub urls: Arc<Urls>,
    pub gateway: Gateway,
    pub(crate) console: Arc<Console>,
    pub(crate) command_line: Arc<CommandLine>,
}

/// What the operator settled that the rooms need to know.
pub(crate) struct Settled {
    pub(crate) attempts: AttemptLimits,
    pub(crate) exposure: Exposure,
    pub(crate) hosts: ConsoleHosts,
    pub(crate) apps: Option<AppsDomain>,
    /// Where programs lie that are handed out.
    pub(crate) programs: Option<PathBuf>,
    /// That the server made itself.
    pub(crate) certificate: Option<String>,
    pub(crate) log: Log,
}

impl Api {
    pub(crate) fn new(core: Core, authority: &Arc<Authority>, tunnels: Arc<Tunnels>, settled: Settled) -> Self {
        let Settled { attempts, exposure, hosts, apps, programs, certificate, log } = settled;
        let attempts = Arc::new(Attempts::new(attempts));
        let beside = |kind| Programs::beside(programs.as_deref(), kind);
        let credentials = Arc::new(Credentials::new(core.clone(), exposure, hosts));
        let accounts = Arc::new(Accounts::new(core.clone(), Arc::clone(&attempts), Arc::clone(&credentials)));
        let tokens = Arc::new(Tokens::new(core.clone()));
        let ssh_keys = Arc::new(SshKeys::new(core.clone()));
        let people = People::new(core.clone());
        let instances = Instances::new(core.clone());
        let nodes = Arc::new(Nodes::new(core.clone(), Arc::clone(&tunnels), attempts, beside(install::KIND)));
        let activity = Activity::new(core.clone(), log.clone());
        let gateway = Gateway {
            core: core.clone(),
            tunnels: Arc::clone(&tunnels),
            authority: Arc::clone(authority),
            instances: instances.clone(),
            keys: Arc::clone(&ssh_keys),
            people: people.clone(),
            nodes: Arc::clone(&nodes),
            activity: activity.clone(),
            console: apps.as_ref().map(|apps| apps.console().to_owned()).unwrap_or_default(),
        };
        Self {
            installation: Installation::new(core.clone()),
            sign_in_requests: SignInRequests::new(core.clone(), Arc::clone(&tokens)),
            live: Live::new(core.clone()),
            terminals: Arc::new(Terminals::new(core.clone(), Arc::clone(&tunnels))),
            files: Arc::new(Files::new(core.clone(), Arc::clone(&tunnels), Arc::clone(&credentials))),
            urls: Arc::new(Urls::new(core.clone(), Arc::clone(&tunnels), Arc::clone(authority), apps)),
            command_line: Arc::new(CommandLine::new(core.clone(), beside(command_line::KIND), certificate)),
            console: Arc::new(Console::new(core.clone(), Arc::clone(&accounts), Arc::clone(&tokens), log)),
            core,
            credentials,
            accounts,
            tokens,
            ssh_keys,
            people,
            instances,
            nodes,
            activity,
            tunnels,
            gateway,
        }
    }

    /// Whether requests can be served: the database answers.
    ///
    /// # Errors
    /// `Unavailable`, with the reason.
    pub async fn ready(&self) -> Result<(), Refusal> {
        self.core.orchestrator.probe().await
    }
}
