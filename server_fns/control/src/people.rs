//! The accounts of everybody, for those who manage them.

use model::id::PersonId;
use model::refusal::{Refusal, RefusalCode};
use model::request::{RemovePerson, SetAdministrator, SuspendPerson};
use model::view::PersonRow;
use planner::actor::Actor;
use planner::command::Command;
use planner::permission::{Action, Subject, may};
use planner::view::people;

use crate::core::Core;

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

/// What is said to somebody who may know who is here.
pub(crate) fn nobody(login: &str) -> Refusal {
    let message = format!("There is nobody with the username or address {login}.");
    Refusal::new(RefusalCode::NotFound, message)
}
