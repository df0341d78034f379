//! Signing up, in and out.

mod credentials;
mod keys;
mod own;
mod setup;
mod sign_in_requests;
mod tokens;

use std::net::IpAddr;
use std::sync::Arc;

use model::id::{PersonId, SessionId};
use model::refusal::{Refusal, RefusalCode};
use model::request::{SignIn, SignUp};
use model::view::{PersonView, SessionView, Welcome};
use planner::actor::{Actor, Via};
use planner::command::people::{self, Admission};
use planner::command::{Answer, Asker, Command};
use planner::credentials::session_is_valid;
use planner::permission::{Action, Subject, is_allowed};
use planner::view::{person_view, session_view, welcome};
use planner::world::World;

use crate::auth::attempts::{Attempts, Began, Known, Visitor};
use crate::auth::password::{self, Passwords, wrong_name_or_password};
use crate::auth::peer::Peer;
use crate::auth::secret::{self, Secret, SecretKind};
use crate::core::{Core, gone, strange};
use crate::http::network;
pub(crate) use credentials::Credentials;
pub(crate) use keys::SshKeys;
use setup::SetupLink;
pub(crate) use sign_in_requests::SignInRequests;
pub(crate) use tokens::Tokens;

/// What a browser holds once somebody signed in with it.
#[derive(Debug)]
pub struct SessionSecrets {
    pub cookie: Secret,
    /// What its page keeps beside the cookie, out of reach of the host's other ports.
    pub key: Secret,
}

pub struct Accounts {
    core: Core,
    passwords: Passwords,
    attempts: Arc<Attempts>,
    setup: SetupLink,
    credentials: Arc<Credentials>,
}

impl Accounts {
    pub(crate) fn new(core: Core, attempts: Arc<Attempts>, credentials: Arc<Credentials>) -> Self {
        let setup = SetupLink::new(core.world().has_administrator());
        Self { core, passwords: Passwords::new(), attempts, setup, credentials }
    }

    /// The one-time set-up token, while there is no administrator. It is made when the server starts and known to
    /// this process only, so a restart makes another and the old one opens nothing.
    pub fn setup_token(&self) -> Option<String> {
        let ready = self.core.world().has_administrator();
        self.setup.token().filter(|_| !ready)
    }

    /// The person behind the credential.
    pub fn me(&self, actor: &Actor) -> Result<PersonView, Refusal> {
        Ok(person_view(&self.core.world(), &*self.core.person(actor)?))
    }

    /// Opens an account and signs in.
    pub async fn sign_up(&self, asked: SignUp, peer: Peer) -> Result<(PersonView, SessionSecrets), Refusal> {
        self.attempts.sign_up(peer.address, self.core.now().mono)?;
        let admission = self.admission(&asked)?;
        let newcomer = people::newcomer(&self.core.world(), &asked, admission)?;
        password::check(&asked.password, &[newcomer.username.as_str(), newcomer.email.as_str()])?;
        let hash = self.passwords.hash(asked.password.clone()).await?;
        let command = Command::SignUp { newcomer, admission, password_hash: hash.clone() };
        let answer = self.core.orchestrator.ask(Asker::Stranger, command).await?;
        let Answer::Person(person) = answer else { return Err(strange(&answer)) };
        if admission == Admission::Setup {
            self.setup.forget();
        }
        self.open_session(person, hash, peer, None).await
    }

    fn admission(&self, asked: &SignUp) -> Result<Admission, Refusal> {
        let forbidden = |message: &str| Refusal::new(RefusalCode::Forbidden, message);
        if let Some(setup) = asked.setup.as_deref().filter(|text| !text.is_empty()) {
            return match self.setup.opens(setup) {
                true => Ok(Admission::Setup),
                false => Err(forbidden(
                    "This set-up link is not valid. Use the one that the server printed when it last started.",
                )),
            };
        }
        let Some(invite) = asked.invite.as_deref().filter(|text| !text.is_empty()) else {
            return Ok(Admission::None);
        };
        people::find_invite(&self.core.world(), &secret::hash(invite), self.core.now())
            .map(Admission::Invite)
            .ok_or_else(|| {
                forbidden("This invitation was used, withdrawn, or has expired. Ask an administrator for another one.")
            })
    }

    pub async fn sign_in(&self, asked: SignIn, peer: Peer) -> Result<(PersonView, SessionSecrets), Refusal> {
        let (world, now) = (self.core.world(), self.core.now());
        let person = world.person_by_login(&asked.username).cloned();
        // By one name, whichever was typed.
        let account = person.as_ref().map_or(asked.username.as_str(), |person| person.username.as_str());
        let browser = asked.last_session_key.as_deref().map(secret::hash);
        let known = person.as_ref().map(|person| known(&world, person.id, peer.address, browser.as_deref()));
        let visitor = Visitor {
            address: peer.address,
            browser: browser.as_deref(),
            known: known.unwrap_or_default(),
            password: person.as_ref().map_or("", |person| person.password_hash.as_str()),
        };
        let attempt = self.attempts.sign_in(visitor, account, now.mono)?;
        let right = match &person {
            Some(person) => self.passwords.verify(asked.password, person.password_hash.clone()).await,
            None => self.passwords.verify_nobody(asked.password).await,
        };
        let right = right.inspect_err(|_not_looked_at| self.attempts.give_back(&attempt))?;
        let known_account = person.as_ref().map(|person| person.id);
        let Some(person) = person.filter(|_| right) else {
            if let Some(account) = known_account {
                self.note_failure(account, peer.address.to_string());
            }
            return Err(wrong_name_or_password());
        };
        self.attempts.give_back(&attempt);
        self.open_session(person.id, person.password_hash.clone(), peer, browser).await
    }

    /// After the answer, so that nobody learns from its time whether there is such an account.
    fn note_failure(&self, person: PersonId, address: String) {
        let orchestrator = self.core.orchestrator.clone();
        let command = Command::NoteFailedSignIn { person, address };
        self.core.tasks.spawn(async move {
            if let Err(refusal) = orchestrator.ask(Asker::Stranger, command).await {
                tracing::warn!(%refusal, "a wrong password was not counted");
            }
        });
    }

    /// `password_hash` is the one that the password was checked against; `browser` tells the key of the last session there.
    async fn open_session(
        &self,
        person: PersonId,
        password_hash: String,
        peer: Peer,
        browser: Option<String>,
    ) -> Result<(PersonView, SessionSecrets), Refusal> {
        let secrets = SessionSecrets {
            cookie: Secret::generate(SecretKind::Session),
            key: Secret::generate(SecretKind::SessionKey),
        };
        let (address, password) = (peer.address, password_hash.clone());
        let opening = people::Opening {
            person,
            password_hash,
            secret_hash: secret::hash(secrets.cookie.expose()),
            key_hash: secret::hash(secrets.key.expose()),
            address: peer.address.to_string(),
            agent: peer.agent,
        };
        self.core.orchestrator.ask(Asker::Stranger, Command::OpenSession(opening)).await?;
        let world = self.core.world();
        let row = world.people.get(&person).ok_or_else(|| gone("account"))?;
        let key = secret::hash(secrets.key.expose());
        let began = Began { address, browser: key, earlier: browser, password: &password };
        self.attempts.signed_in(row.username.as_str(), began);
        Ok((person_view(&world, row), secrets))
    }

    /// Ends the session or the token that asks.
    pub async fn sign_out(&self, actor: &Actor) -> Result<(), Refusal> {
        self.core.ask(actor, Command::CloseSession).await.map(drop)
    }

    /// Where the person is signed in, the latest use first.
    pub fn sessions(&self, actor: &Actor) -> Result<Vec<SessionView>, Refusal> {
        let (world, now, current) = (self.core.world(), self.core.now(), session_of(actor));
        let valid = world.sessions_of(actor.person).filter(|session| session_is_valid(&world, session, now));
        let mut views: Vec<_> = valid.map(|session| session_view(session, current)).collect();
        views.sort_by_key(|view| std::cmp::Reverse((view.last_seen_at, view.id)));
        Ok(views)
    }

    pub async fn revoke_session(&self, actor: &Actor, id: SessionId) -> Result<(), Refusal> {
        let world = self.core.world();
        self.core.ask(actor, Command::RevokeSession { id }).await?;
        if let (Some(session), Ok(person)) = (world.sessions.get(&id), self.core.person(actor)) {
            self.attempts.revoked(person.username.as_str(), &session.key_hash);
        }
        Ok(())
    }

    /// What a visitor may know, signed in or not.
    pub fn welcome(&self, actor: Option<&Actor>) -> Welcome {
        let world = self.core.world();
        let may_see = |actor: &Actor| is_allowed(&world, actor, Action::SeeExposure, Subject::Installation);
        let administers = actor.is_some_and(may_see) && !self.credentials.exposure().is_beyond_loopback();
        Welcome {
            plain_http: self.credentials.exposure().is_insecure(),
            sharing_host: if administers { self.credentials.sharing_host() } else { Vec::new() },
            ..welcome(&world, actor.map(|actor| actor.person), self.core.now())
        }
    }

    pub(crate) async fn hash_password(&self, password: String, names: &[&str]) -> Result<String, Refusal> {
        password::check(&password, names)?;
        self.passwords.hash(password).await
    }
}

const fn session_of(actor: &Actor) -> Option<SessionId> {
    match actor.via {
        Via::Session(id) => Some(id),
        Via::Token(_) | Via::SshKey(_) | Via::Console => None,
    }
}

/// Whether that account has a session from that address, or with the key of that browser.
fn known(world: &World, person: PersonId, address: IpAddr, browser: Option<&str>) -> Known {
    let there = |text: &str| text.parse::<IpAddr>().is_ok_and(|known| network(known) == network(address));
    Known {
        address: world.sessions_of(person).any(|session| there(&session.address)),
        browser: world.sessions_of(person).any(|session| Some(session.key_hash.as_str()) == browser),
    }
}
