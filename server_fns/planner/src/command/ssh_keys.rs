//! SSH public keys.

use model::event::EventKind;
use model::id::SshKeyId;
use model::name::Label;
use model::refusal::{Refusal, RefusalCode};
use model::request::AddSshKey;
use model::view::KeyStanding;

use crate::actor::Actor;
use crate::clock::Now;
use crate::command::instances::keys::joined;
use crate::command::{Decision, fresh};
use crate::draw::Draw;
use crate::keys::{claims, is_proved, standing};
use crate::limits::SSH_KEYS_PER_PERSON;
use crate::permission::is_by_token;
use crate::world::{Change, KeyProof, SshKey, World};

/// A public key as its parser understood it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParsedKey {
    pub algorithm: String,
    pub fingerprint: String,
    /// `type base64`, re-serialised, without options or comment.
    pub public_key: String,
}

/// Adds a key, which is a claim to it. The text in `asked` was parsed into `key`, and is not read here.
pub fn add(
    world: &World,
    actor: &Actor,
    asked: &AddSshKey,
    key: ParsedKey,
    draw: &mut dyn Draw,
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
    if claims(world, &key.fingerprint).any(is_proved) {
        return Err(conflict(TAKEN.to_owned()).at("public_key"));
    }
    let id = fresh(draw, SshKeyId::from_bits, |id| world.ssh_keys.contains_key(id));
    let ParsedKey { algorithm, fingerprint, public_key } = key;
    let (person, created_at, proof) = (actor.person, now.wall, KeyProof::Missing);
    // The key of an ordinary machine manages; one for a program is said to be one.
    let may_manage = asked.may_manage.unwrap_or(true);
    let kind = EventKind::SshKeyAdded { name: name.clone(), fingerprint: fingerprint.clone() };
    let by_token = is_by_token(world, actor);
    let key = SshKey { id, person, name, algorithm, fingerprint, public_key, created_at, proof, may_manage, by_token };
    let joined = joined(world, &key);
    Ok(Decision::new([Change::PutSshKey(key)].into_iter().chain(joined).collect(), id).leaves(kind))
}

/// What is said of a key that somebody else has proved to hold. It tells nobody's name.
const TAKEN: &str = "Another account here has proved to hold this key, and a key opens one account only. If that account \
                     is yours, remove the key there first. Otherwise make another key with `ssh-keygen -t ed25519`.";

/// How somebody showed that they hold a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProofKind {
    /// By a signature that was made for this, or a login that does nothing else.
    Meant,
    /// By a login that was for something else, which is enough while nobody else claims the key.
    ByTheWay,
}

/// Notes that the holder of the key acts for this account. Whoever else claimed it has no more of it.
pub fn prove(world: &World, id: SshKeyId, how: ProofKind, now: Now) -> Result<Decision<()>, Refusal> {
    let key = world.find_ssh_key(id)?;
    match (standing(world, key), how) {
        (KeyStanding::Proved, _) => return Ok(Decision::unchanged(())),
        (KeyStanding::Sole, _) | (KeyStanding::Contested, ProofKind::Meant) => {}
        (KeyStanding::Contested, ProofKind::ByTheWay) => return Err(Refusal::new(RefusalCode::Conflict, CONTESTED)),
        (KeyStanding::Foreign, _) => return Err(Refusal::new(RefusalCode::Conflict, TAKEN)),
    }
    let unproved = claims(world, &key.fingerprint).filter(|other| is_proved(other));
    let unproved = unproved.map(|other| Change::PutSshKey(SshKey { proof: KeyProof::Missing, ..other.clone() }));
    let proved = Change::PutSshKey(SshKey { proof: KeyProof::At(now.wall), ..SshKey::clone(key) });
    let kind = EventKind::SshKeyProved { name: key.name.clone() };
    Ok(Decision::new(unproved.chain([proved]).collect(), ()).leaves(kind))
}

/// What is said of a key that opens nothing because nobody's claim to it is better than another's.
pub const CONTESTED: &str = "Several accounts here claim this SSH key, so it opens nothing until one of them proves to \
                             hold it. *SSH keys* in the console says how.";

/// Says whether the holder of a key may do what the pages can.
pub fn may_manage(world: &World, actor: &Actor, id: SshKeyId, allowed: bool) -> Result<Decision<()>, Refusal> {
    let key = world.find_ssh_key(id)?;
    if key.may_manage == allowed {
        return Ok(Decision::unchanged(()));
    }
    let by_token = if allowed { is_by_token(world, actor) } else { key.by_token };
    let kind = EventKind::SshKeyMayManage { name: key.name.clone(), allowed };
    let row = SshKey { may_manage: allowed, by_token, ..SshKey::clone(key) };
    Ok(Decision::new(vec![Change::PutSshKey(row)], ()).leaves(kind))
}

/// Removes a key. Its holder is no longer let in to any instance.
pub fn remove(world: &World, id: SshKeyId) -> Result<Decision<()>, Refusal> {
    let SshKey { name, fingerprint, .. } = SshKey::clone(world.find_ssh_key(id)?);
    Ok(Decision::new(vec![Change::DropSshKey(id)], ()).leaves(EventKind::SshKeyRemoved { name, fingerprint }))
}
