//! Who a holder of an SSH key is, and where they want to go.

use model::id::{InstanceId, PersonId, SshKeyId};
use model::instance::DesiredState;
use model::name::InstanceName;
use model::port::{ContainerPort, UrlAccess};

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

/// What stands for an instance in public URLs, where each may stand once in the installation: its name if that is free,
/// else with its owner's, else with a number. It is short enough for a port before it.
pub fn url_name(world: &World, owner: &str, name: &InstanceName) -> String {
    const MOST: usize = 57;
    let taken = |text: &str| world.instances.values().any(|instance| instance.spec.url_name == text);
    let of_owner = format!("{name}-{owner}");
    let short = of_owner.get(..MOST - 4).unwrap_or(&of_owner).trim_end_matches('-').to_owned();
    let numbered = (2..).map(|number: u32| format!("{short}-{number}"));
    let first = [name.to_string(), of_owner].into_iter().filter(|text| text.len() <= MOST);
    first.chain(numbered).find(|text| !taken(text)).unwrap_or_default()
}

/// The instance and port that a host name such as `8080-web-1` stands for.
pub fn app<'w>(world: &'w World, label: &str) -> Option<(&'w Instance, ContainerPort)> {
    let (port, name) = label.split_once('-')?;
    let plain = !port.starts_with('0') && port.len() <= 5 && port.bytes().all(|byte| byte.is_ascii_digit());
    let port = ContainerPort(port.parse().ok().filter(|_| plain)?);
    let found = world.instances.values().find(|instance| instance.spec.url_name == name)?;
    (found.desired != DesiredState::Deleted && found.spec.url_access(port) != UrlAccess::Off).then_some((found, port))
}

/// Whether that person may open it; nobody in particular may open what is public.
pub fn may_open(instance: &Instance, port: ContainerPort, person: Option<PersonId>) -> bool {
    match (instance.spec.url_access(port), person) {
        (UrlAccess::Public, _) => true,
        (UrlAccess::SignedIn, person) => person.is_some(),
        (UrlAccess::Owner, person) => person == Some(instance.owner),
        (UrlAccess::Off, _) => false,
    }
}
