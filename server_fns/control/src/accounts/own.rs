//! What people settle of their own accounts. Whoever changes how one gets in gives the password with it.

use std::sync::Arc;

use model::refusal::Refusal;
use model::request::{ChangeEmail, ChangePassword, ProveSession, ResetPassword};
use model::typed;
use planner::actor::Actor;
use planner::command::people::check_reset_link;
use planner::command::{Asker, Command};
use planner::permission::{Action, Subject, may};
use planner::world::Person;

use super::{Accounts, session_of};
use crate::auth::attempts::Began;
use crate::auth::password;
use crate::auth::peer::Peer;
use crate::auth::secret;

impl Accounts {
    /// Every other session of the person ends, and what else they say.
    pub async fn change_password(&self, actor: &Actor, asked: ChangePassword) -> Result<(), Refusal> {
        let person = self.settling(actor, Action::ChangePassword)?;
        password::check(&asked.new, &[person.username.as_str(), person.email.as_str()]).map_err(|no| no.at("new"))?;
        self.must_be_right(actor, &person, "current", asked.current).await?;
        let hash = self.passwords.hash(asked.new).await?;
        let (checked, new) = (person.password_hash.clone(), hash.clone());
        self.core.ask(actor, Command::ChangePassword { checked, password_hash: hash, end: asked.end }).await?;
        let world = self.core.world();
        let kept = session_of(actor).and_then(|id| world.sessions.get(&id));
        if let Some((session, address)) = kept.and_then(|kept| Some((kept, kept.address.parse().ok()?))) {
            let began = Began { address, browser: session.key_hash.clone(), earlier: None, password: &new };
            self.attempts.signed_in(person.username.as_str(), began);
        }
        Ok(())
    }

    /// By the link that an administrator handed over. Whoever has none learns nothing by it, and has nothing hashed.
    pub async fn use_reset_link(&self, asked: ResetPassword, peer: Peer) -> Result<(), Refusal> {
        let secret_hash = secret::hash(&asked.secret);
        let (world, now) = (self.core.world(), self.core.now());
        let person = check_reset_link(&world, &secret_hash, now)?;
        password::check(&asked.password, &[person.username.as_str(), person.email.as_str()])?;
        let password_hash = self.passwords.hash(asked.password).await?;
        let command = Command::UseResetLink { secret_hash, password_hash, address: peer.address.to_string() };
        self.core.orchestrator.ask(Asker::Stranger, command).await.map(drop)
    }

    pub async fn change_email(&self, actor: &Actor, asked: ChangeEmail) -> Result<(), Refusal> {
        let person = self.settling(actor, Action::ChangeEmail)?;
        let email = typed::email(&asked.email)?;
        self.must_be_right(actor, &person, "current", asked.current).await?;
        let checked = person.password_hash.clone();
        self.core.ask(actor, Command::ChangeEmail { checked, email }).await.map(drop)
    }

    /// The session may do for a while what makes a new way into the account.
    pub async fn prove_session(&self, actor: &Actor, asked: ProveSession) -> Result<(), Refusal> {
        let person = self.settling(actor, Action::ProveSession)?;
        self.must_be_right(actor, &person, "password", asked.password).await?;
        let checked = person.password_hash.clone();
        self.core.ask(actor, Command::ProveSession { checked }).await.map(drop)
    }

    /// An administrator sees it; nothing ends by it.
    pub async fn ask_for_removal(&self, actor: &Actor) -> Result<(), Refusal> {
        self.core.ask(actor, Command::AskForRemoval).await.map(drop)
    }

    pub async fn withdraw_removal(&self, actor: &Actor) -> Result<(), Refusal> {
        self.core.ask(actor, Command::WithdrawRemoval).await.map(drop)
    }

    /// Whoever may not ask must not find out by it whether a password is right.
    fn settling(&self, actor: &Actor, action: Action) -> Result<Arc<Person>, Refusal> {
        let person = self.core.person(actor)?;
        may(&self.core.world(), actor, action, Subject::Account(&person))?;
        Ok(person)
    }

    /// All that take the password share the count of wrong ones, so that there is no second place to guess at.
    async fn must_be_right(
        &self,
        actor: &Actor,
        person: &Person,
        field: &str,
        password: String,
    ) -> Result<(), Refusal> {
        let attempt = self.attempts.password_change(person.username.as_str(), self.core.now().mono)?;
        let right = self.passwords.verify(password, person.password_hash.clone()).await;
        if !right.inspect_err(|_not_looked_at| self.attempts.give_back(&attempt))? {
            if let Some(address) = &actor.address {
                self.note_failure(person.id, address.clone());
            }
            return Err(Refusal::field(field, "This is not your password."));
        }
        self.attempts.give_back(&attempt);
        Ok(())
    }
}
