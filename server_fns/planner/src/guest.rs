//! Who a holder of an SSH key is, and where they want to go.

mod astray;
mod within;

use model::host_key::DOMAIN;
use model::id::{InstanceId, PersonId, SshKeyId};
use model::instance::DesiredState;
use model::name::{InstanceName, Username};
use model::plain::plain;

use crate::actor::{Actor, Via};
use crate::credentials::account_holds;
use crate::keys::{Holder, claims, holder, is_proved};
use crate::permission::{Action, Subject, is_allowed};
use crate::world::{Instance, Person, SshKey, World};

pub use astray::{astray, no_such_jump};
pub use within::{ROOT, not_let_in};
use within::{is_one, split};

/// The user name that leads to the lobby, whatever else is called so.
pub const LOBBY: &str = "lobby";
/// Characters of a user name that are shown again: no name that is given has more.
const SHOWN: usize = 80;

/// What stands before a username in a login that proves a key and does nothing else. No name has a `+`.
pub const ENROL: &str = "enrol+";

/// Somebody who holds a key that was added here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Guest {
    Visitor(Visitor),
    /// Several accounts claim the key, so it opens nothing for anybody.
    Contested,
    /// They came to prove it for an account that has not added it.
    NotAdded,
    /// Nothing of that account opens anything; see [`crate::credentials::SUSPENDED`].
    Suspended,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visitor {
    pub actor: Actor,
    pub key: SshKeyId,
    pub route: Route,
    /// As whom they log in to the instance of the route.
    pub user: String,
    /// This login is what proves the key, and must be written down before it opens anything.
    pub proves: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    Instance(InstanceId),
    /// It is theirs, and no user of it can be called so. It is as they typed it, made plain.
    NoUser(InstanceName, String),
    /// It is theirs, and this key is not among those that may log in to it.
    NotAdmitted(InstanceName),
    /// They ask for the installation itself: by `lobby`, or by their own username.
    Lobby,
    /// No instance of theirs is called so, and nothing else is. It is as they typed it, made plain.
    Unknown(String),
    /// They came to prove the key.
    Enrol,
}

/// Who that is under this user name; `None` if nobody has added the key, or not the account that the user name is of:
/// the client shall go on to its next key. Not so for `enrol+…`, which would tell a stranger whose a public key is.
/// `fingerprint` is the key's `SHA256:…`.
pub fn guest(world: &World, user: &str, fingerprint: &str) -> Option<Guest> {
    if let Some(name) = user.strip_prefix(ENROL) {
        let of = |key: &SshKey| world.people.get(&key.person).is_some_and(|person| person.username.as_str() == name);
        let mut all = claims(world, fingerprint).peekable();
        all.peek()?;
        let Some(key) = all.find(|key| of(key)) else { return Some(Guest::NotAdded) };
        return Some(admitted(world, key, visitor(world.people.get(&key.person)?, key, Route::Enrol, ROOT)));
    }
    let (within, name) = split(user);
    let key = match holder(world, fingerprint) {
        Holder::Nobody => return None,
        Holder::Several => {
            let meant = claims(world, fingerprint).any(|key| !is_of_another(world, key, name));
            return meant.then_some(Guest::Contested);
        }
        Holder::One(key) => key,
    };
    if is_of_another(world, key, name) {
        return None;
    }
    let person = world.people.get(&key.person)?;
    Some(admitted(world, key, visitor(person, key, route(world, person, key, user), within)))
}

fn admitted(world: &World, key: &SshKey, visitor: Visitor) -> Guest {
    if account_holds(world, key.person) { Guest::Visitor(visitor) } else { Guest::Suspended }
}

/// A command that was typed for an instance must never be run by the lobby, so whatever names neither is an error.
fn route(world: &World, person: &Person, key: &SshKey, user: &str) -> Route {
    // Jumps go by it: an instance of before that is called so must not take them over.
    if user == LOBBY {
        return Route::Lobby;
    }
    let (within, name) = split(user);
    match named(world, person, name) {
        Some(instance) if !is_one(within) => Route::NoUser(instance.spec.name.clone(), plain(within, SHOWN)),
        Some(instance) if logs_in(world, person, key, instance) => Route::Instance(instance.id),
        Some(instance) => Route::NotAdmitted(instance.spec.name.clone()),
        None if user == person.username.as_str() => Route::Lobby,
        None => Route::Unknown(plain(user, SHOWN)),
    }
}

fn logs_in(world: &World, person: &Person, key: &SshKey, instance: &Instance) -> bool {
    is_allowed(world, &Actor::new(person, Via::SshKey(key.id)), Action::LogIn, Subject::Instance(instance))
}

/// Whether the user name is of another account than the key's. An agent offers keys in an order of its own, so whoever
/// says where they go must not end with somebody who added a key of theirs.
fn is_of_another(world: &World, key: &SshKey, user: &str) -> bool {
    let Some(person) = world.people.get(&key.person) else { return true };
    let own = person.username.as_str();
    match user.split_once('.') {
        Some((_, owner)) => owner != own,
        None if user == own => false,
        None => {
            // One's own instance may be called as somebody's account is; who only claims the key gets nothing by it.
            let has_it = is_proved(key) && instance_of(world, person.id, user).is_some();
            // Nor is `lobby` an account's name, even where one of before is called so.
            let names = |other: &Username| other.as_str() == user && other.clone().given_anew().is_ok();
            !has_it && world.people.values().any(|other| names(&other.username))
        }
    }
}

fn visitor(person: &Person, key: &SshKey, route: Route, user: &str) -> Visitor {
    let proves = !is_proved(key) || route == Route::Enrol;
    let user = user.to_owned();
    Visitor { actor: Actor::new(person, Via::SshKey(key.id)), key: key.id, route, user, proves }
}

/// Where a jump to that host leads: `web-1.ada.dockhost` for ada's `web-1`, or short `web-1.dockhost` and `web-1`. What is
/// somebody else's, what this key may not reach, and what does not exist are the same.
pub fn jump(world: &World, visitor: &Visitor, host: &str) -> Option<InstanceId> {
    let name = host.strip_suffix(DOMAIN).and_then(|rest| rest.strip_suffix('.')).unwrap_or(host);
    let person = world.people.get(&visitor.actor.person)?;
    named(world, person, name).map(|instance| instance.id).filter(|id| reaches(world, visitor.key, *id))
}

/// Whether the holder of the key may open anything on that instance of its account.
pub fn reaches(world: &World, key: SshKeyId, instance: InstanceId) -> bool {
    holder_of(world, key).is_some_and(|actor| actor.instance(world, Action::ReachInstance, instance).is_ok())
}

fn holder_of(world: &World, key: SshKeyId) -> Option<Actor> {
    let person = world.people.get(&world.ssh_keys.get(&key)?.person)?;
    Some(Actor::new(person, Via::SshKey(key)))
}

/// Whether the holder of the key may do what the pages of its account can.
pub fn manages(world: &World, key: SshKeyId) -> bool {
    holder_of(world, key).is_some_and(|actor| actor.account(world).is_ok())
}

/// An instance of the person's by its name.
pub fn instance_of<'w>(world: &'w World, owner: PersonId, name: &str) -> Option<&'w Instance> {
    let found = world.instance_called(owner, name)?;
    (found.desired != DesiredState::Deleted).then_some(found)
}

/// The person's own `web-1`, or with the owner in it `web-1.ada`.
fn named<'w>(world: &'w World, person: &Person, text: &str) -> Option<&'w Instance> {
    let name = match text.split_once('.') {
        Some((name, owner)) if owner == person.username.as_str() => name,
        Some(_) => return None,
        None => text,
    };
    instance_of(world, person.id, name)
}
