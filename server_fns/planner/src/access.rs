//! Who a holder of an SSH key is, and where they want to go.

use model::id::{InstanceId, PersonId, SshKeyId};
use model::instance::DesiredState;
use model::name::InstanceName;

use crate::actor::{Actor, Via};
use crate::world::{Instance, SshKey, World};

/// Somebody who has proved to hold a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visitor {
    pub actor: Actor,
    pub key: SshKeyId,
    pub route: Route,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    Instance(InstanceId),
    /// It is theirs, and this key is not among those that may log in to it.
    NotAdmitted(InstanceName),
    /// The user name names no instance of theirs: a person who asks for the installation itself.
    Lobby,
}

/// Whether anybody has added this key. `public_key` is `type base64`.
pub fn is_known(world: &World, public_key: &str) -> bool {
    world.ssh_keys.values().any(|key| key.public_key == public_key)
}

/// Who that is under this user name; `None` if nobody has added the key. Two people may have added the same one: then
/// the instance that is named decides, and after it their username.
pub fn visitor(world: &World, user: &str, public_key: &str) -> Option<Visitor> {
    let holders: Vec<&SshKey> =
        world.ssh_keys.values().map(|key| &**key).filter(|key| key.public_key == public_key).collect();
    let named = holders.iter().find_map(|key| instance_of(world, key.person, user).map(|found| (*key, found)));
    let called =
        holders.iter().find(|key| world.people.get(&key.person).is_some_and(|one| one.username.as_str() == user));
    let key = named.map(|(key, _)| key).or(called.copied()).or(holders.first().copied())?;
    let route = match named {
        Some((key, instance)) if instance.spec.ssh_keys.contains(&key.id) => Route::Instance(instance.id),
        Some((_, instance)) => Route::NotAdmitted(instance.spec.name.clone()),
        None => Route::Lobby,
    };
    let person = world.people.get(&key.person)?;
    Some(Visitor { actor: Actor::new(person, Via::SshKey(key.id)), key: key.id, route })
}

/// An instance of the person's by its name, with or without the installation's domain behind it.
pub fn instance_of<'w>(world: &'w World, owner: PersonId, name: &str) -> Option<&'w Instance> {
    let found = world.live_instances_of(owner).find(|instance| instance.spec.name.as_str() == name)?;
    (found.desired != DesiredState::Deleted).then_some(found)
}
