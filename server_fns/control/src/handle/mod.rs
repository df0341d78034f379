//! The only door for server functions: one method per endpoint. Who asks comes first; what comes back is what pages
//! show, or a refusal.

mod accounts;
mod first_paint;
mod gateway;
mod instances;
mod keys;
mod live;
mod nodes;
mod reach;
mod seats;
mod settings;
mod tokens;

use std::net::IpAddr;
use std::sync::Arc;

use model::refusal::{Refusal, RefusalCode};
use model::view::PersonView;
use planner::actor::{Actor, Via};
use planner::clock::Now;
use planner::command::idempotency::Key;
use planner::command::{Answer, Asker, Command, people};
use planner::hosts::ConsoleHosts;
use planner::view::person_view;
use planner::world::{Person, World};
use sha2::{Digest, Sha256};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::access::apps::{self, AppsDomain};
use crate::access::{Tickets, files, terminal};
use crate::auth::attempts::{AttemptLimits, Attempts};
use crate::auth::challenges::Challenges;
use crate::auth::password::Passwords;
use crate::auth::secret::{self, SecretKind};
use crate::auth::turns::Turns;
use crate::authority::Authority;
use crate::gateway::install::Programs;
use crate::http::Exposure;
use crate::http::cookie::Credential;
use crate::orchestrator::Orchestrator;
use crate::setup::SetupLink;
use crate::tunnel::Tunnels;
use seats::Seats;

pub use accounts::SessionSecrets;
pub use live::Subscription;
pub(crate) use live::still_there;

/// Where a request comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    pub address: IpAddr,
    /// The browser, as it names itself.
    pub agent: String,
}

/// Cheap to clone.
#[derive(Clone)]
pub struct Handle {
    pub(crate) orchestrator: Orchestrator,
    passwords: Passwords,
    attempts: Arc<Attempts>,
    setup: Arc<SetupLink>,
    pub(crate) tunnels: Arc<Tunnels>,
    pub(crate) authority: Arc<Authority>,
    challenges: Arc<Challenges>,
    pub(crate) terminal_tickets: Arc<Tickets<terminal::Admission>>,
    pub(crate) file_tickets: Arc<Tickets<files::Admission>>,
    pub(crate) app_tickets: Arc<Tickets<apps::Entry>>,
    pub(crate) apps: Option<Arc<AppsDomain>>,
    pub(crate) tasks: TaskTracker,
    pub(crate) stopping: CancellationToken,
    exposure: Exposure,
    console_hosts: Arc<ConsoleHosts>,
    seats: Seats,
    turns: Arc<Turns>,
    pub(crate) live_tickets: Arc<Tickets<Actor>>,
    programs: Arc<Programs>,
}

impl Handle {
    pub(crate) fn new(
        orchestrator: Orchestrator,
        limits: AttemptLimits,
        authority: Arc<Authority>,
        apps: Option<AppsDomain>,
        tunnels: Tunnels,
        tasks: TaskTracker,
        stopping: CancellationToken,
    ) -> Self {
        let setup = SetupLink::new(orchestrator.world().has_administrator());
        Self {
            orchestrator,
            passwords: Passwords::new(),
            attempts: Arc::new(Attempts::new(limits)),
            setup: Arc::new(setup),
            tunnels: Arc::new(tunnels),
            authority,
            challenges: Arc::default(),
            terminal_tickets: Arc::default(),
            file_tickets: Arc::default(),
            app_tickets: Arc::default(),
            apps: apps.map(Arc::new),
            tasks,
            stopping,
            exposure: Exposure::default(),
            console_hosts: Arc::default(),
            seats: Seats::default(),
            turns: Arc::default(),
            live_tickets: Arc::default(),
            programs: Arc::default(),
        }
    }

    /// What machines are given that become nodes.
    #[must_use]
    pub(crate) fn handing_out(self, programs: Programs) -> Self {
        Self { programs: Arc::new(programs), ..self }
    }

    pub(crate) fn programs(&self) -> &Programs {
        &self.programs
    }

    /// Where browsers find the console, and how.
    #[must_use]
    pub(crate) fn seen(self, exposure: Exposure, hosts: ConsoleHosts) -> Self {
        Self { exposure, console_hosts: Arc::new(hosts), ..self }
    }

    pub(crate) fn now(&self) -> Now {
        self.orchestrator.clock().now()
    }

    pub(crate) fn world(&self) -> Arc<World> {
        self.orchestrator.world()
    }

    /// The one-time set-up token, while there is no administrator. It is made when the server starts and known to
    /// this process only, so a restart makes another and the old one opens nothing.
    pub fn setup_token(&self) -> Option<String> {
        let ready = self.world().has_administrator();
        self.setup.token().filter(|_| !ready)
    }

    /// Whether requests can be served: the database answers.
    ///
    /// # Errors
    /// `Unavailable`, with the reason.
    pub async fn ready(&self) -> Result<(), Refusal> {
        self.orchestrator.probe().await
    }

    /// Who shows this credential. That it was used is noted at most once a minute, after the answer.
    ///
    /// # Errors
    /// `Unauthenticated` for a wrong, expired or withdrawn one.
    #[expect(clippy::unused_async, reason = "callers need not know that the answer is in memory")]
    pub async fn authenticate(&self, credential: Credential) -> Result<Actor, Refusal> {
        let (world, now) = (self.world(), self.now());
        let found = match &credential {
            Credential::Session { cookies, key } if secret::is_well_formed(SecretKind::SessionKey, key) => world
                .session_by_key_hash(&secret::hash(key))
                .filter(|session| {
                    cookies.iter().any(|text| secret::same_hash(&secret::hash(text), &session.secret_hash))
                })
                .filter(|session| people::session_is_valid(session, now))
                .map(|session| (session.person, Via::Session(session.id))),
            Credential::Cookie(_) => return Err(first_paint::key_is_missing()),
            Credential::Bearer(text) if secret::is_well_formed(SecretKind::ApiToken, text) => {
                world.token_by_hash(&secret::hash(text)).map(|token| (token.person, Via::Token(token.id)))
            }
            Credential::Session { .. } | Credential::Bearer(_) => None,
        };
        let (person, via) = found.ok_or_else(Refusal::unauthenticated)?;
        let person = world.people.get(&person).ok_or_else(Refusal::unauthenticated)?;
        let actor = Actor::new(person, via);
        self.touch(&world, &actor, now);
        Ok(actor)
    }

    /// Before something is changed.
    ///
    /// # Errors
    /// `RateLimited`, when the person has changed too much lately.
    pub fn takes_turn(&self, actor: &Actor) -> Result<(), Refusal> {
        self.turns.take(actor.person, self.now().mono)
    }

    /// What a person asks for; with a key of theirs, a repetition gets the first answer.
    async fn ask(&self, actor: &Actor, command: Command) -> Result<Answer, Refusal> {
        let key = actor.once.clone().map(|key| Key { request_hash: request_hash(&command), key });
        self.orchestrator.ask_once(Asker::Person(actor.clone()), command, key).await
    }

    fn touch(&self, world: &World, actor: &Actor, now: Now) {
        if people::note_use(world, actor, now).changes.is_empty() {
            return;
        }
        let (orchestrator, asker) = (self.orchestrator.clone(), Asker::Person(actor.clone()));
        self.tasks.spawn(async move {
            if let Err(refusal) = orchestrator.ask(asker, Command::NoteUse).await {
                tracing::warn!(%refusal, "the last use of a session or token was not noted");
            }
        });
    }

    fn person(&self, actor: &Actor) -> Result<Arc<Person>, Refusal> {
        self.world().people.get(&actor.person).cloned().ok_or_else(Refusal::unauthenticated)
    }

    /// The person behind the credential.
    pub fn me(&self, actor: &Actor) -> Result<PersonView, Refusal> {
        Ok(person_view(&self.world(), &*self.person(actor)?))
    }
}

/// By which it is known that two requests ask the same.
fn request_hash(command: &Command) -> String {
    let text = match command {
        // As it was stored before other commands had keys.
        Command::CreateInstance(asked) => serde_json::to_string(asked).unwrap_or_default(),
        other => format!("{:?}", other.as_sent()),
    };
    hex::encode(Sha256::digest(text))
}

/// An answer to another command than was asked.
pub(crate) fn strange(answer: &Answer) -> Refusal {
    Refusal::new(RefusalCode::Internal, format!("The server answered with {answer:?}."))
}

fn gone(what: &str) -> Refusal {
    Refusal::new(RefusalCode::NotFound, format!("The {what} was removed at the same moment."))
}
