//! What administrators settle, and whom they invite.

use model::id::InviteId;
use model::refusal::Refusal;
use model::request::Settings;
use model::view::{Created, InviteView};
use planner::actor::Actor;
use planner::command::{people, settings};
use planner::view::invite_view;

use super::{Handle, gone};
use crate::auth::secret::{self, Secret, SecretKind};

impl Handle {
    pub fn settings(&self, actor: &Actor) -> Result<Settings, Refusal> {
        actor.must_administer("see the settings")?;
        Ok(self.world().settings)
    }

    pub async fn change_settings(&self, actor: &Actor, asked: Settings) -> Result<Settings, Refusal> {
        let actor = actor.clone();
        self.orchestrator.decide(move |world, _, _| settings::change(world, &actor, asked)).await?;
        Ok(asked)
    }

    /// Those that can still be used.
    pub fn invites(&self, actor: &Actor) -> Result<Vec<InviteView>, Refusal> {
        actor.must_administer("see the invitations")?;
        let (world, now) = (self.world(), self.now());
        let open = world.invites.values().filter(|invite| invite.expires_at > now.wall);
        Ok(open.map(|invite| invite_view(invite)).collect())
    }

    /// The secret is the end of the link; it is shown this once.
    pub async fn create_invite(&self, actor: &Actor) -> Result<Created<InviteView>, Refusal> {
        let actor = actor.clone();
        let secret = Secret::generate(SecretKind::Invite);
        let hash = secret::hash(secret.expose());
        let id = self
            .orchestrator
            .decide(move |world, draw, now| people::create_invite(world, &actor, hash, draw, now))
            .await?;
        let world = self.world();
        let view = invite_view(world.invites.get(&id).ok_or_else(|| gone("invitation"))?);
        Ok(Created { view, secret: secret.expose().to_owned() })
    }

    pub async fn remove_invite(&self, actor: &Actor, id: InviteId) -> Result<(), Refusal> {
        let actor = actor.clone();
        self.orchestrator.decide(move |world, _, _| people::drop_invite(world, &actor, id)).await
    }
}
