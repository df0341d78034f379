//! SSH public keys of a person.

use model::id::SshKeyId;
use model::refusal::Refusal;
use model::request::AddSshKey;
use model::view::SshKeyView;
use planner::actor::Actor;
use planner::command::ssh_keys;
use planner::view::ssh_key_view;

use super::{Handle, gone};
use crate::auth::ssh_key;

impl Handle {
    pub fn ssh_keys(&self, actor: &Actor) -> Result<Vec<SshKeyView>, Refusal> {
        Ok(self.world().ssh_keys_of(actor.person).map(|key| ssh_key_view(key)).collect())
    }

    pub async fn add_ssh_key(&self, actor: &Actor, asked: AddSshKey) -> Result<SshKeyView, Refusal> {
        let actor = actor.clone();
        let parsed = ssh_key::parse(&asked.public_key)?;
        let id = self
            .orchestrator
            .decide(move |world, draw, now| ssh_keys::add(world, &actor, &asked, parsed, draw, now))
            .await?;
        let world = self.world();
        Ok(ssh_key_view(world.ssh_keys.get(&id).ok_or_else(|| gone("SSH key"))?))
    }

    pub async fn remove_ssh_key(&self, actor: &Actor, id: SshKeyId) -> Result<(), Refusal> {
        let actor = actor.clone();
        self.orchestrator.decide(move |world, _, _| ssh_keys::remove(world, &actor, id)).await
    }
}
