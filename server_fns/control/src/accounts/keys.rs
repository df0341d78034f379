//! SSH public keys of a person.

use model::id::SshKeyId;
use model::refusal::Refusal;
use model::request::{AddSshKey, MayManage, ProveSshKey};
use model::view::{KeyChallenge, SshKeyView};
use planner::actor::Actor;
use planner::command::ssh_keys::ProofKind;
use planner::command::{Answer, Command};
use planner::view::ssh_key_view;

use crate::auth::challenges::{Challenges, LIFETIME};
use crate::auth::ssh_key;
use crate::auth::ssh_key::signature::NAMESPACE;
use crate::core::{Core, gone, strange};

pub struct SshKeys {
    core: Core,
    challenges: Challenges,
}

impl SshKeys {
    pub(crate) fn new(core: Core) -> Self {
        Self { core, challenges: Challenges::default() }
    }

    pub fn list(&self, actor: &Actor) -> Result<Vec<SshKeyView>, Refusal> {
        let world = self.core.world();
        Ok(world.ssh_keys_of(actor.person).map(|key| ssh_key_view(&world, key)).collect())
    }

    pub async fn add(&self, actor: &Actor, asked: AddSshKey) -> Result<SshKeyView, Refusal> {
        let key = ssh_key::parse(&asked.public_key)?;
        let answer = self.core.ask(actor, Command::AddSshKey { asked, key }).await?;
        let Answer::SshKey(id) = answer else { return Err(strange(&answer)) };
        self.view(id)
    }

    fn view(&self, id: SshKeyId) -> Result<SshKeyView, Refusal> {
        let world = self.core.world();
        Ok(ssh_key_view(&world, world.ssh_keys.get(&id).ok_or_else(|| gone("SSH key"))?))
    }

    /// What is to be signed to prove the key, in place of what was given before.
    pub fn challenge(&self, actor: &Actor, id: SshKeyId) -> Result<KeyChallenge, Refusal> {
        let (world, now) = (self.core.world(), self.core.now());
        let key = actor.ssh_key(&world, id)?;
        let text = self.challenges.give(world.cluster, &actor.username, (id, &key.fingerprint), now.mono)?;
        // Nobody but the person knows where the private half lies; this is where ssh-keygen puts it.
        let file = match key.algorithm.as_str() {
            "ssh-rsa" => "id_rsa",
            "sk-ssh-ed25519@openssh.com" => "id_ed25519_sk",
            "sk-ecdsa-sha2-nistp256@openssh.com" => "id_ecdsa_sk",
            ecdsa if ecdsa.starts_with("ecdsa") => "id_ecdsa",
            _ => "id_ed25519",
        };
        let command = format!("echo '{text}' | ssh-keygen -Y sign -n {NAMESPACE} -f ~/.ssh/{file}");
        Ok(KeyChallenge { text, namespace: NAMESPACE.to_owned(), command, expires_at: now.wall + LIFETIME })
    }

    /// Takes a signature of that as the proof.
    pub async fn prove(&self, actor: &Actor, id: SshKeyId, asked: ProveSshKey) -> Result<SshKeyView, Refusal> {
        let world = self.core.world();
        let key = actor.ssh_key(&world, id)?;
        self.challenges.redeem(id, &key.public_key, &asked.signature, self.core.now().mono)?;
        // A challenge counts once anyway.
        self.was_shown(&Actor { once: None, ..actor.clone() }, id, ProofKind::Meant).await?;
        self.view(id)
    }

    /// Its holder was here, on behalf of that account.
    pub(crate) async fn was_shown(&self, actor: &Actor, id: SshKeyId, shown: ProofKind) -> Result<(), Refusal> {
        self.core.ask(actor, Command::ProveSshKey { id, shown }).await.map(drop)
    }

    /// Whether its holder may use the lobby and jump to every instance of the account.
    pub async fn set_may_manage(&self, actor: &Actor, id: SshKeyId, asked: MayManage) -> Result<SshKeyView, Refusal> {
        self.core.ask(actor, Command::SetMayManage { id, allowed: asked.allowed }).await?;
        self.view(id)
    }

    pub async fn remove(&self, actor: &Actor, id: SshKeyId) -> Result<(), Refusal> {
        self.core.ask(actor, Command::RemoveSshKey { id }).await.map(drop)
    }
}
