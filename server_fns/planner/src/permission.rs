//! Who may do what. Nothing else has a rule about it: commands, reads, streams and pages ask here.

use std::sync::Arc;

use model::event::Event;
use model::id::{InstanceId, NodeId, PersonId, SshKeyId};
use model::refusal::Refusal;

use crate::actor::Actor;
use crate::clock::Now;
use crate::command::Asker;
use crate::credentials::{account_holds, check, check_account, is_proved_lately};
use crate::world::{Instance, Node, Person, Session, SshKey, Token, World};

mod grant;
mod object;
mod table;
mod words;

pub(crate) use grant::is_by_token;
pub use model::may::Action;
pub use object::Object;
pub use table::{Grant, Keys, Proof, Row, row};

/// What it is done to.
#[derive(Debug, Clone, Copy)]
pub enum Subject<'w> {
    Instance(&'w Instance),
    Node(&'w Node),
    SshKey(&'w SshKey),
    Token(&'w Token),
    Session(&'w Session),
    Account(&'w Person),
    Event(&'w Event),
    Installation,
}

/// Lets in whoever asks for a command, or refuses them. What they came with may have ended while the command waited.
///
/// # Errors
/// `Unauthenticated` where somebody has to have signed in, or did so by what holds no longer; `NotFound` for an id that is
/// not there; `ProofNeeded`; or as [`may`].
pub fn admit(world: &World, asker: &Asker, action: Action, object: Object<'_>, now: Now) -> Result<(), Refusal> {
    if let Asker::Person(actor) = asker {
        check(world, actor, now)?;
    }
    let Row { grants, proof, .. } = row(action);
    if grants.contains(&Grant::Anybody) {
        return Ok(());
    }
    match asker {
        Asker::Operator if grants.contains(&Grant::Operator) => Ok(()),
        Asker::Person(actor) => {
            may(world, actor, action, object.find(world, actor)?)?;
            match proof {
                Proof::Lately if !is_proved_lately(world, actor, now) => Err(words::proof_needed()),
                Proof::Once | Proof::Lately => Ok(()),
            }
        }
        Asker::Stranger if matches!(grants, [Grant::Operator]) => Err(words::refused(action, Subject::Installation)),
        Asker::Operator | Asker::Stranger => Err(Refusal::unauthenticated()),
    }
}

/// Refuses what the actor may not do. Whatever they may not even see is refused as if it were not there, so that ids
/// cannot be probed.
///
/// # Errors
/// `NotFound`, `Forbidden` with who may or by what, or `Unauthenticated` for an account that is gone or suspended.
pub fn may(world: &World, actor: &Actor, action: Action, subject: Subject<'_>) -> Result<(), Refusal> {
    if is_allowed(world, actor, action, subject) {
        return Ok(());
    }
    check_account(world, actor.person)?;
    let Row { keys, scope, .. } = row(action);
    // A token stands for somebody who sees it, and is told which one is wanted.
    let sees = |see: Action| {
        grant::is_within_reach(world, actor, row(see).keys, subject) && account_may(world, actor.person, see, subject)
    };
    match subject.seeing() {
        Some((see, what)) if !sees(see) => Err(Refusal::not_found(what)),
        _ if !grant::is_within_reach(world, actor, keys, subject) => Err(words::key_too_small()),
        _ if account_may(world, actor.person, action, subject) => Err(words::scope_too_small(scope)),
        _ => Err(words::refused(action, subject)),
    }
}

/// The same question where a "no" is no refusal: what is listed, shown or offered.
pub fn is_allowed(world: &World, actor: &Actor, action: Action, subject: Subject<'_>) -> bool {
    let Row { keys, scope, .. } = row(action);
    grant::is_within_reach(world, actor, keys, subject)
        && grant::is_within_scope(world, actor, scope)
        && account_may(world, actor.person, action, subject)
}

/// Whether the account may do it, by whatever stands for all of it. One that is suspended may do nothing.
pub fn account_may(world: &World, person: PersonId, action: Action, subject: Subject<'_>) -> bool {
    account_holds(world, person) && is_granted(world, person, action, subject)
}

fn is_granted(world: &World, person: PersonId, action: Action, subject: Subject<'_>) -> bool {
    row(action).grants.iter().any(|grant| grant::holds(world, person, *grant, subject))
}

/// Those of the actions that the account may do: what a view tells.
pub fn allowed(world: &World, person: PersonId, actions: &[Action], subject: Subject<'_>) -> Vec<Action> {
    actions.iter().copied().filter(|action| account_may(world, person, *action, subject)).collect()
}

impl World {
    /// May instances of this person be placed on the node? Also while they are suspended: somebody else may do it for them.
    pub fn takes_instances_of(&self, node: &Node, person: PersonId) -> bool {
        is_granted(self, person, Action::PlaceOnNode, Subject::Node(node))
    }
}

impl Subject<'_> {
    /// Which action shows that it is there, and what it is called then.
    const fn seeing(self) -> Option<(Action, &'static str)> {
        match self {
            Self::Instance(_) => Some((Action::SeeInstance, "instance")),
            Self::Node(_) => Some((Action::SeeNode, "node")),
            Self::SshKey(_) => Some((Action::ManageKey, "SSH key")),
            Self::Token(_) => Some((Action::ManageToken, "token")),
            Self::Session(_) => Some((Action::ManageSession, "session")),
            Self::Event(_) => Some((Action::SeeEvent, "event")),
            Self::Account(_) | Self::Installation => None,
        }
    }
}

/// Rows by their ids, for those who may do that to them.
impl Actor {
    pub fn instance<'w>(&self, world: &'w World, action: Action, id: InstanceId) -> Result<&'w Arc<Instance>, Refusal> {
        let found = world.find_instance(id)?;
        may(world, self, action, Subject::Instance(found)).map(|()| found)
    }

    pub fn node<'w>(&self, world: &'w World, action: Action, id: NodeId) -> Result<&'w Arc<Node>, Refusal> {
        let found = world.find_node(id)?;
        may(world, self, action, Subject::Node(found)).map(|()| found)
    }

    pub fn ssh_key<'w>(&self, world: &'w World, id: SshKeyId) -> Result<&'w Arc<SshKey>, Refusal> {
        let found = world.find_ssh_key(id)?;
        may(world, self, Action::ManageKey, Subject::SshKey(found)).map(|()| found)
    }

    /// What they see and settle of their own.
    ///
    /// # Errors
    /// `Forbidden` for a key that stands for no account.
    pub fn account<'w>(&self, world: &'w World) -> Result<&'w Arc<Person>, Refusal> {
        let found = world.people.get(&self.person).ok_or_else(Refusal::unauthenticated)?;
        may(world, self, Action::UseAccount, Subject::Account(found)).map(|()| found)
    }
}
