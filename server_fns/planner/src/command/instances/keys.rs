//! Which SSH keys an instance lets in.

use std::collections::BTreeSet;

use model::event::EventKind;
use model::id::{InstanceId, PersonId, SshKeyId};
use model::instance::InstanceSpec;
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

/// Running or stopped; its node writes them down within seconds.
pub(in crate::command) fn let_in(
    world: &World,
    actor: &Actor,
    id: InstanceId,
    asked: &LetIn,
) -> Result<Decision<()>, Refusal> {
    let instance = world.find_instance(id)?;
    if asked.all && !asked.ssh_keys.is_empty() {
        return Err(Refusal::field(FIELD, "Say either which keys, or all of them."));
    }
    let ssh_keys = if asked.all {
        world.ssh_keys_of(instance.owner).map(|key| key.id).collect()
    } else {
        chosen(world, instance.owner, &asked.ssh_keys)?
    };
    check(world, &ssh_keys)?;
    let names = ssh_keys.iter().filter_map(|id| world.ssh_keys.get(id)).map(|key| key.name.clone()).collect();
    let spec = InstanceSpec { ssh_keys, later_ssh_keys: asked.all, ..instance.spec.clone() };
    weight::check(world, instance, &spec)?;
    resettle(actor, instance, spec, EventKind::KeysChosen { names, later: asked.all })
}

/// Of somebody's keys those that are named, by id or by name.
pub(super) fn chosen(world: &World, owner: PersonId, asked: &[String]) -> Result<Vec<SshKeyId>, Refusal> {
    let own = || world.ssh_keys_of(owner);
    // An empty list is a choice: the terminal of the console needs no key.
    let mut chosen = BTreeSet::new();
    for text in asked {
        let by_id = text.parse::<SshKeyId>().ok().filter(|id| own().any(|key| key.id == *id));
        let by_name = || own().find(|key| key.name.as_str() == text.trim()).map(|key| key.id);
        let Some(id) = by_id.or_else(by_name) else {
            let text: String = text.chars().filter(|c| !c.is_control()).take(64).collect();
            return Err(Refusal::field(FIELD, format!("There is no SSH key “{text}” of the instance's owner.")));
        };
        chosen.insert(id);
    }
    Ok(chosen.into_iter().collect())
}

/// Whether one instance lets in so many.
pub(super) fn check(world: &World, ids: &[SshKeyId]) -> Result<(), Refusal> {
    let bytes = bytes(world, ids);
    if bytes <= SSH_KEY_BYTES_PER_INSTANCE {
        return Ok(());
    }
    let (bytes, most) = (bytes.div_ceil(1_024), SSH_KEY_BYTES_PER_INSTANCE / 1_024);
    let message = format!(
        "These SSH keys are {bytes} KiB together; an instance lets in {most} KiB. Choose fewer, or shorter ones."
    );
    Err(Refusal::field(FIELD, message))
}

fn bytes(world: &World, ids: &[SshKeyId]) -> usize {
    ids.iter().filter_map(|id| world.ssh_keys.get(id)).map(|key| key.public_key.len()).sum()
}

/// What becomes of the instances that let in whatever their owner adds, where it fits. The key is not yet in `world`.
pub(in crate::command) fn joined(world: &World, key: &SshKey) -> Vec<Change> {
    let mut there = world.clone();
    there.apply(Change::PutSshKey(key.clone()));
    let own = world.instances.values().filter(|instance| instance.is_named_by(key.person));
    let mut changes = Vec::new();
    for instance in own.filter(|instance| instance.spec.later_ssh_keys) {
        let ssh_keys = instance.spec.ssh_keys.iter().copied().chain([key.id]).collect();
        let spec = InstanceSpec { ssh_keys, ..instance.spec.clone() };
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
