//! Which grants somebody holds. Nothing else reads whose a thing is, or who administers, to decide what is allowed.

use model::event::{self, Event, Happening};
use model::id::PersonId;
use model::scope::Scope;

use super::{Grant, Keys, Subject};
use crate::actor::{Actor, Via};
use crate::credentials::account_holds;
use crate::world::{Node, Person, World};

pub(super) fn holds(world: &World, person: PersonId, grant: Grant, subject: Subject<'_>) -> bool {
    match (grant, subject) {
        (Grant::Owner, Subject::Event(event)) => {
            let Happening { cause, owner, .. } = &event.happening;
            [*owner, cause.who.person(), owner_now(world, event)].contains(&Some(person))
        }
        (Grant::Owner, subject) => subject.owner() == Some(person),
        (Grant::Administrator, _) => world.people.get(&person).is_some_and(|row| row.administrator),
        (Grant::Shared, Subject::Node(node)) => world.is_shared(node),
        (Grant::Anybody, _) => true,
        (Grant::Shared | Grant::Operator, _) => false,
    }
}

/// Whose it is by now that a line speaks of, if it is there: whoever was given something sees its whole history.
fn owner_now(world: &World, event: &Event) -> Option<PersonId> {
    match event.happening.subject {
        event::Subject::Instance { id, .. } => world.instances.get(&id).map(|row| row.owner),
        event::Subject::Node { id, .. } => world.nodes.get(&id).and_then(|row| row.owner),
        event::Subject::Account { .. } | event::Subject::Installation => None,
    }
}

/// Whether what the actor came with is enough: an SSH key can be one that does not stand for its whole account.
pub(super) fn is_within_reach(world: &World, actor: &Actor, keys: Keys, subject: Subject<'_>) -> bool {
    let Via::SshKey(id) = actor.via else { return true };
    let Some(key) = world.ssh_keys.get(&id) else { return keys == Keys::Any };
    let ticked = matches!(subject, Subject::Instance(instance) if instance.spec.ssh_keys.contains(&id));
    let itself = matches!(subject, Subject::SshKey(other) if other.id == id);
    match keys {
        Keys::Any => true,
        Keys::Managing => key.may_manage,
        Keys::ManagingOrTicked => key.may_manage || ticked,
        Keys::Ticked => ticked,
        Keys::ManagingOrItself => key.may_manage || itself,
    }
}

/// Whether a token, or what one made, may do so much.
pub(super) fn is_within_scope(world: &World, actor: &Actor, least: Option<Scope>) -> bool {
    match actor.via {
        Via::Token(id) => world.tokens.get(&id).is_some_and(|token| least.is_some_and(|least| token.scope >= least)),
        Via::SshKey(_) | Via::Session(_) | Via::Console => least.is_some() || !is_by_token(world, actor),
    }
}

/// Whether a token stands behind what the actor came with: it itself, or a key that it added.
pub(crate) fn is_by_token(world: &World, actor: &Actor) -> bool {
    match actor.via {
        Via::Token(_) => true,
        Via::SshKey(id) => world.ssh_keys.get(&id).is_some_and(|key| key.by_token),
        Via::Session(_) | Via::Console => false,
    }
}

impl Subject<'_> {
    fn owner(self) -> Option<PersonId> {
        match self {
            Self::Instance(instance) => Some(instance.owner),
            Self::Node(node) => node.owner,
            Self::SshKey(key) => Some(key.person),
            Self::Token(token) => Some(token.person),
            Self::Session(session) => Some(session.person),
            Self::Account(person) => Some(person.id),
            Self::Event(event) => event.happening.owner,
            Self::Installation => None,
        }
    }
}

impl World {
    /// The installation's own nodes and those of administrators take everybody's instances. It says nothing else of a
    /// suspended administrator's: no machine of theirs is let in, so nothing is placed there, and who resumes them finds
    /// everything as it was.
    pub fn is_shared(&self, node: &Node) -> bool {
        node.owner.is_none_or(|owner| self.people.get(&owner).is_some_and(|owner| owner.administrator))
    }

    pub(crate) fn administers(&self, person: &Person) -> bool {
        person.administrator && account_holds(self, person.id)
    }

    /// Whether nobody else is left who does.
    pub(crate) fn administers_alone(&self, person: &Person) -> bool {
        self.administers(person) && !self.people.values().any(|row| row.id != person.id && self.administers(row))
    }
}
