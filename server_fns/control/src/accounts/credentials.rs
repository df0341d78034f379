//! Who asks, by what a request shows: for a page that a browser navigates to, which carries a cookie and no key, and for
//! everything else.

use std::net::IpAddr;

use hyper::HeaderMap;
use model::refusal::{Refusal, RefusalCode};
use model::request::SignUpMode;
use planner::actor::{Actor, Via};
use planner::clock::Now;
use planner::command::{Asker, Command, people};
use planner::credentials::check;
use planner::hosts::{ConsoleHosts, sharers};
use planner::world::World;

use crate::auth::notes::Notes;
use crate::auth::secret::{self, SecretKind};
use crate::auth::turns::Turns;
use crate::core::Core;
use crate::http::Exposure;
use crate::http::cookie::{self, Credential};

pub struct Credentials {
    core: Core,
    turns: Turns,
    notes: Notes,
    /// Where browsers find the console, and how.
    exposure: Exposure,
    console_hosts: ConsoleHosts,
}

impl Credentials {
    pub(crate) fn new(core: Core, exposure: Exposure, console_hosts: ConsoleHosts) -> Self {
        Self { core, turns: Turns::default(), notes: Notes::default(), exposure, console_hosts }
    }

    /// Who shows this credential, and from where. That it was used is noted at most once a minute, after the answer.
    ///
    /// # Errors
    /// `Unauthenticated` for a wrong, expired or withdrawn one, and for one of an account that is suspended.
    #[expect(clippy::unused_async, reason = "callers need not know that the answer is in memory")]
    pub async fn authenticate(&self, credential: Credential, from: Option<IpAddr>) -> Result<Actor, Refusal> {
        let (world, now) = (self.core.world(), self.core.now());
        let found = match &credential {
            Credential::Session { cookies, key } if secret::is_well_formed(SecretKind::SessionKey, key) => world
                .session_by_key_hash(&secret::hash(key))
                .filter(|session| {
                    cookies.iter().any(|text| secret::same_hash(&secret::hash(text), &session.secret_hash))
                })
                .map(|session| (session.person, Via::Session(session.id))),
            Credential::Cookie(_) => return Err(key_is_missing()),
            Credential::Bearer(text) if secret::is_well_formed(SecretKind::ApiToken, text) => {
                world.token_by_hash(&secret::hash(text)).map(|token| (token.person, Via::Token(token.id)))
            }
            Credential::Session { .. } | Credential::Bearer(_) => None,
        };
        let (person, via) = found.ok_or_else(Refusal::unauthenticated)?;
        let person = world.people.get(&person).ok_or_else(Refusal::unauthenticated)?;
        let actor = Actor::new(person, via).from(from.map(|address| address.to_string()));
        check(&world, &actor, now)?;
        self.touch(&world, &actor, now);
        Ok(actor)
    }

    fn touch(&self, world: &World, actor: &Actor, now: Now) {
        let address = actor.address.clone();
        if people::note_use(world, actor, address.clone(), now).changes.is_empty() {
            return;
        }
        // One at a time, also where the database takes none: reads are many.
        let Some(note) = self.notes.begin(actor.via) else { return };
        let (orchestrator, asker) = (self.core.orchestrator.clone(), Asker::Person(actor.clone()));
        self.core.tasks.spawn(async move {
            let noted = orchestrator.ask(asker, Command::NoteUse { address }).await;
            // What was used may have ended by that very use.
            if let Err(refusal) = noted
                && refusal.code != RefusalCode::Unauthenticated
            {
                tracing::warn!(%refusal, "the last use of a session or token was not noted");
            }
            drop(note);
        });
    }

    /// Before something is changed.
    ///
    /// # Errors
    /// `RateLimited`, when the person has changed too much lately.
    pub fn takes_turn(&self, actor: &Actor) -> Result<(), Refusal> {
        self.turns.take(actor.person, self.core.now().mono)
    }

    /// Who the page is drawn for that this request asks for. A cookie alone will do where no instance can have it: nothing
    /// is done for whoever shows it, and whatever the page then asks for needs the key.
    ///
    /// # Errors
    /// `Unauthenticated` for whoever shows less, or what is wrong, expired or withdrawn.
    pub async fn drawn_for(&self, credential: Credential, from: Option<IpAddr>) -> Result<Actor, Refusal> {
        let Credential::Cookie(cookies) = &credential else { return self.authenticate(credential, from).await };
        // Of two cookies one is planted, and nothing tells which.
        let [cookie] = &cookies[..] else { return Err(key_is_missing()) };
        if !self.exposure.draws_by_cookie(!self.sharing_host().is_empty()) {
            return Err(key_is_missing());
        }
        let (world, now) = (self.core.world(), self.core.now());
        let session = world.session_by_hash(&secret::hash(cookie));
        let found = session.and_then(|session| Some((session.id, world.people.get(&session.person)?)));
        let (id, person) = found.ok_or_else(Refusal::unauthenticated)?;
        let actor = Actor::new(person, Via::Session(id));
        check(&world, &actor, now).map(|()| actor)
    }

    /// What a request shows to say who asks.
    pub fn read(&self, headers: &HeaderMap) -> Option<Credential> {
        cookie::credential(headers, self.exposure.is_secure())
    }

    /// How browsers come to the console.
    pub const fn exposure(&self) -> Exposure {
        self.exposure
    }

    /// What an operator should know of it, at the start.
    pub(crate) fn tell_exposure(&self) {
        let sharing = self.sharing_host();
        if !sharing.is_empty() && self.exposure.shares_host() {
            tracing::warn!(
                who = sharing.join(", "),
                "their ports have a host name of the console, so browsers send its cookie to instances, too. It opens \
                 nothing by itself; still give them an address of their own, such as 127.0.0.2 on one machine"
            );
        }
        if self.exposure.is_beyond_loopback() && self.core.world().settings.sign_up == SignUpMode::Open {
            tracing::warn!(
                "whoever reaches this server may open an account: that is what its settings say. An administrator \
                 changes it on the page `Settings`"
            );
        }
    }

    /// Whose ports have a host name of the console.
    pub(crate) fn sharing_host(&self) -> Vec<String> {
        sharers(&self.core.world(), &self.console_hosts)
    }
}

fn key_is_missing() -> Refusal {
    let message = "A session's cookie opens nothing by itself. Send the key that signing in answered with, too, in the \
                   header `DockHost-Session-Key`; programs use an API token.";
    Refusal::new(RefusalCode::Unauthenticated, message)
}
