//! Which SSH keys an instance lets in.

use std::collections::BTreeSet;

use model::event::EventKind;
use model::id::{InstanceId, PersonId, SshKeyId};
use model::instance::{DesiredState, InstanceSpec};
use model::refusal::Refusal;
use model::request::LetIn;

use super::resettle::resettle;
use crate::actor::Actor;
use crate::command::Decision;
use crate::limits::SSH_KEY_BYTES_PER_INSTANCE;
use crate::weight;
use crate::world::{Change, Instance, SshKey, World};

/// In requests and refusals.
const FIELD: &str = "ssh_keys";

/// Running or stopped: its node writes them down within seconds, and who is in by a key that goes is sent away.
pub(in crate::command) fn let_in(
    world: &World,
    actor: &Actor,
    id: InstanceId,
    asked: &LetIn,
) -> Result<Decision<()>, Refusal> {
    let (instance, all) = (world.find_instance(id)?, asked.all_ssh_keys);
    let listed = asked.ssh_keys.as_deref().or(all.then_some(&[]));
    let Some(listed) = listed else {
        let message = "Say which SSH keys it lets in: a list, which may be empty, or all of them by `all_ssh_keys`.";
        return Err(Refusal::field(FIELD, message));
    };
    let ssh_keys = chosen(world, instance.owner, listed, all)?;
    check(world, &ssh_keys)?;
    // Keys that were deleted since may still stand in the row, and change nothing.
    let known = instance.spec.ssh_keys.iter().filter(|id| world.ssh_keys.contains_key(*id));
    if instance.spec.all_ssh_keys == all && known.eq(&ssh_keys) {
        return Ok(Decision::unchanged(()));
    }
    let names = ssh_keys.iter().filter_map(|id| world.ssh_keys.get(id)).map(|key| key.name.clone()).collect();
    let spec = InstanceSpec { ssh_keys, all_ssh_keys: all, ..instance.spec.clone() };
    weight::check(world, instance, &spec)?;
    resettle(actor, instance, spec, EventKind::KeysChosen { names, all })
}

/// Of somebody's keys those that are named, by id or by name, each once and in the order of ids; or all of them.
pub(super) fn chosen(world: &World, owner: PersonId, listed: &[String], all: bool) -> Result<Vec<SshKeyId>, Refusal> {
    let own = || world.ssh_keys_of(owner);
    if all && !listed.is_empty() {
        let message = "This names some SSH keys and asks for all of them. Say one of the two.";
        return Err(Refusal::field(FIELD, message));
    }
    if all {
        return Ok(own().map(|key| key.id).collect());
    }
    // An empty list is a choice: the terminal of the console needs no key.
    let mut chosen = BTreeSet::new();
    for text in listed {
        let by_id = text.parse::<SshKeyId>().ok().filter(|id| own().any(|key| key.id == *id));
        let by_name = || own().find(|key| key.name.as_str() == text.trim()).map(|key| key.id);
        // Somebody else's and none at all are the same.
        chosen.insert(by_id.or_else(by_name).ok_or_else(|| unknown(world, owner, text))?);
    }
    Ok(chosen.into_iter().collect())
}

fn unknown(world: &World, owner: PersonId, text: &str) -> Refusal {
    let text: String = text.chars().filter(|c| !c.is_control()).take(64).collect();
    let who = world.people.get(&owner).map_or_else(|| "Nobody".to_owned(), |owner| owner.username.to_string());
    Refusal::field(FIELD, format!("{who} has no SSH key “{text}”. The page SSH keys lists those that there are."))
}

/// Whether one instance lets in so many.
pub(super) fn check(world: &World, ids: &[SshKeyId]) -> Result<(), Refusal> {
    let bytes: usize = ids.iter().filter_map(|id| world.ssh_keys.get(id)).map(|key| key.public_key.len()).sum();
    if bytes <= SSH_KEY_BYTES_PER_INSTANCE {
        return Ok(());
    }
    let (bytes, most) = (bytes.div_ceil(1_024), SSH_KEY_BYTES_PER_INSTANCE / 1_024);
    let message = format!(
        "These SSH keys are {bytes} KiB together; an instance lets in {most} KiB. Choose fewer, or shorter ones."
    );
    Err(Refusal::field(FIELD, message))
}

/// What becomes of the instances that let in whatever their owner adds. Where the key does not fit, it is left out: it is
/// the account's nevertheless. It is not yet in `world`.
pub(in crate::command) fn joined(world: &World, key: &SshKey) -> Vec<Change> {
    let mut there = world.clone();
    there.apply(Change::PutSshKey(key.clone()));
    let mut changes = Vec::new();
    for instance in world.live_instances_of(key.person) {
        if !instance.spec.all_ssh_keys || instance.desired == DesiredState::Deleted {
            continue;
        }
        let kept = instance.spec.ssh_keys.iter().filter(|id| world.ssh_keys.contains_key(*id));
        let ssh_keys: BTreeSet<SshKeyId> = kept.copied().chain([key.id]).collect();
        let spec = InstanceSpec { ssh_keys: ssh_keys.into_iter().collect(), ..instance.spec.clone() };
        if check(&there, &spec.ssh_keys).is_err() || weight::check(&there, instance, &spec).is_err() {
            continue;
        }
        let row = Instance { spec, generation: instance.generation.next(), ..Instance::clone(instance) };
        let change = Change::PutInstance(Box::new(row));
        there.apply(change.clone());
        changes.push(change);
    }
    changes
}
