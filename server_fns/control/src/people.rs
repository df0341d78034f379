//! The accounts of everybody, for those who manage them.

use model::id::PersonId;
use model::refusal::{Refusal, RefusalCode};
use model::request::{RemovePerson, SetAdministrator, SuspendPerson};
use model::view::{Created, PersonRow, ResetLink};
use planner::actor::Actor;
use planner::command::Command;
use planner::permission::{Action, Subject, may};
use planner::view::people;
use planner::world::World;

use crate::auth::secret::{self, Secret, SecretKind};
use crate::core::{Core, gone};

/// Cheap to clone.
#[derive(Clone)]
pub struct People {
    core: Core,
}

impl People {
    pub(crate) const fn new(core: Core) -> Self {
        Self { core }
    }

    /// In the order of their usernames.
    pub fn list(&self, actor: &Actor) -> Result<Vec<PersonRow>, Refusal> {
        let world = self.core.world();
        may(&world, actor, Action::SeePeople, Subject::Installation)?;
        Ok(people(&world, self.core.now()))
    }

    /// Somebody by their username or their email address.
    pub(crate) fn named(&self, actor: &Actor, login: &str) -> Result<PersonId, Refusal> {
        let world = self.core.world();
        may(&world, actor, Action::SeePeople, Subject::Installation)?;
        world.person_by_login(login).map(|person| person.id).ok_or_else(|| nobody(login))
    }

    pub(crate) fn get(&self, actor: &Actor, person: PersonId) -> Result<PersonRow, Refusal> {
        self.list(actor)?.into_iter().find(|row| row.id == person).ok_or_else(|| Refusal::not_found("person"))
    }

    pub async fn set_administrator(
        &self,
        actor: &Actor,
        person: PersonId,
        SetAdministrator { administrator }: SetAdministrator,
    ) -> Result<(), Refusal> {
        self.core.ask(actor, Command::SetAdministrator { person, administrator }).await.map(drop)
    }

    pub async fn suspend(
        &self,
        actor: &Actor,
        person: PersonId,
        SuspendPerson { stop }: SuspendPerson,
    ) -> Result<(), Refusal> {
        self.core.ask(actor, Command::SuspendPerson { person, stop }).await.map(drop)
    }

    pub async fn resume(&self, actor: &Actor, person: PersonId) -> Result<(), Refusal> {
        self.core.ask(actor, Command::ResumePerson { person }).await.map(drop)
    }

    /// The link's secret is shown this once.
    pub async fn make_reset_link(&self, actor: &Actor, person: PersonId) -> Result<Created<ResetLink>, Refusal> {
        let secret = Secret::generate(SecretKind::Reset);
        let command = Command::MakeResetLink { person, secret_hash: secret::hash(secret.expose()) };
        self.core.ask(actor, command).await?;
        link(&self.core.world(), person, secret)
    }

    /// With what becomes of what is theirs.
    pub async fn remove(
        &self,
        actor: &Actor,
        person: PersonId,
        RemovePerson { instances, nodes }: RemovePerson,
    ) -> Result<(), Refusal> {
        self.core.ask(actor, Command::RemovePerson { person, instances, nodes }).await.map(drop)
    }
}

fn link(world: &World, person: PersonId, secret: Secret) -> Result<Created<ResetLink>, Refusal> {
    let row = world.people.get(&person).ok_or_else(|| gone("account"))?;
    let expires_at = row.reset.as_ref().ok_or_else(|| gone("reset link"))?.expires_at;
    let view = ResetLink { username: row.username.clone(), expires_at };
    Ok(Created { view, secret: secret.expose().to_owned() })
}

/// What is said to somebody who may know who is here.
pub(crate) fn nobody(login: &str) -> Refusal {
    let message = format!("There is nobody with the username or address {login}.");
    Refusal::new(RefusalCode::NotFound, message)
}
