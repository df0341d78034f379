//! Accounts, as the operator names and settles them.

use std::sync::Arc;

use model::id::PersonId;
use model::refusal::Refusal;
use planner::command::{Asker, Command};
use planner::world::Person;

use super::{Console, ConsoleAnswer};
use crate::auth::secret::{self, Secret, SecretKind};
use crate::people::nobody;

impl Console {
    pub(super) fn by_login(&self, login: &str) -> Result<Arc<Person>, Refusal> {
        self.core.world().person_by_login(login).cloned().ok_or_else(|| nobody(login))
    }

    pub(super) async fn reset_link(&self, login: &str) -> Result<ConsoleAnswer, Refusal> {
        let secret = Secret::generate(SecretKind::Reset);
        let secret_hash = secret::hash(secret.expose());
        self.of_person(login, |person| Command::MakeResetLink { person, secret_hash }).await?;
        Ok(ConsoleAnswer::Secret(secret.expose().to_owned()))
    }

    /// A command about one account, with nothing more to tell than that it is done.
    pub(super) async fn of_person(
        &self,
        login: &str,
        command: impl FnOnce(PersonId) -> Command,
    ) -> Result<ConsoleAnswer, Refusal> {
        let person = self.by_login(login)?.id;
        self.core.orchestrator.ask(Asker::Operator, command(person)).await?;
        Ok(ConsoleAnswer::Done)
    }
}
