//! SSH public keys.

use model::id::SshKeyId;
use model::name::Label;
use model::refusal::{Refusal, RefusalCode};
use model::request::AddSshKey;

use crate::actor::Actor;
use crate::clock::Now;
use crate::command::{Decision, fresh};
use crate::limits::SSH_KEYS_PER_PERSON;
use crate::world::{Change, SshKey, World};

/// A public key as its parser understood it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParsedKey {
    pub algorithm: String,
    pub fingerprint: String,
    /// `type base64`, re-serialised, without options or comment.
    pub public_key: String,
}

/// Adds a key. The text in `asked` was parsed into `key`; only its name is read here.
pub fn add(
    world: &World,
    actor: &Actor,
    asked: &AddSshKey,
    key: ParsedKey,
    draw: &mut dyn FnMut() -> u64,
    now: Now,
) -> Result<Decision<SshKeyId>, Refusal> {
    let name: Label = asked.name.parse().map_err(|why| Refusal::bad_name("name", "The name of the key", &why))?;
    let conflict = |message: String| Refusal::new(RefusalCode::Conflict, message);
    if let Some(same) = world.ssh_keys_of(actor.person).find(|known| known.fingerprint == key.fingerprint) {
        let message = format!("You have added this key already; it is called “{}”.", same.name);
        return Err(conflict(message).at("public_key"));
    }
    if world.ssh_keys_of(actor.person).any(|known| known.name == name) {
        return Err(conflict(format!("You have a key called “{name}” already. Choose another name.")).at("name"));
    }
    if world.ssh_keys_of(actor.person).count() >= SSH_KEYS_PER_PERSON {
        let message = format!("You have {SSH_KEYS_PER_PERSON} SSH keys, the most there may be. Remove one first.");
        return Err(conflict(message));
    }
    let id = fresh(draw, SshKeyId::from_bits, |id| world.ssh_keys.contains_key(id));
    let ParsedKey { algorithm, fingerprint, public_key } = key;
    let person = actor.person;
    let key = SshKey { id, person, name, algorithm, fingerprint, public_key, created_at: now.wall };
    Ok(Decision::new(vec![Change::PutSshKey(key)], id))
}

/// Removes a key. Its holder is no longer let in to any instance.
pub fn remove(world: &World, actor: &Actor, id: SshKeyId) -> Result<Decision<()>, Refusal> {
    actor.ssh_key(world, id)?;
    Ok(Decision::new(vec![Change::DropSshKey(id)], ()))
}
