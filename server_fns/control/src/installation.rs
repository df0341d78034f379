//! What administrators settle, and whom they invite.

use model::id::InviteId;
use model::refusal::Refusal;
use model::request::{ChangeSettings, Settings};
use model::view::{Created, InviteView};
use planner::actor::Actor;
use planner::command::{Answer, Command};
use planner::permission::{Action, Subject, may};
use planner::view::invite_view;

use crate::auth::secret::{self, Secret, SecretKind};
use crate::core::{Core, gone, strange};

pub struct Installation {
    core: Core,
}

impl Installation {
    pub(crate) const fn new(core: Core) -> Self {
        Self { core }
    }

    pub fn settings(&self, actor: &Actor) -> Result<Settings, Refusal> {
        let world = self.core.world();
        may(&world, actor, Action::SeeSettings, Subject::Installation)?;
        Ok(world.settings)
    }

    pub async fn change_settings(&self, actor: &Actor, asked: ChangeSettings) -> Result<Settings, Refusal> {
        self.core.ask(actor, Command::ChangeSettings(asked)).await?;
        self.settings(actor)
    }

    /// Those that can still be used.
    pub fn invites(&self, actor: &Actor) -> Result<Vec<InviteView>, Refusal> {
        let (world, now) = (self.core.world(), self.core.now());
        may(&world, actor, Action::SeeInvites, Subject::Installation)?;
        let open = world.invites.values().filter(|invite| invite.expires_at > now.wall);
        Ok(open.map(|invite| invite_view(invite)).collect())
    }

    /// The secret is the end of the link; it is shown this once.
    pub async fn create_invite(&self, actor: &Actor) -> Result<Created<InviteView>, Refusal> {
        let secret = Secret::generate(SecretKind::Invite);
        let secret_hash = secret::hash(secret.expose());
        let answer = self.core.ask(actor, Command::CreateInvite { secret_hash }).await?;
        let Answer::Invite(id) = answer else { return Err(strange(&answer)) };
        let world = self.core.world();
        let view = invite_view(world.invites.get(&id).ok_or_else(|| gone("invitation"))?);
        Ok(Created { view, secret: secret.expose().to_owned() })
    }

    pub async fn remove_invite(&self, actor: &Actor, id: InviteId) -> Result<(), Refusal> {
        self.core.ask(actor, Command::DropInvite { id }).await.map(drop)
    }
}
