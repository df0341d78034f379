//! Who may do what. Nothing else has a rule about it: commands, reads, streams and pages ask here.

use std::sync::Arc;

use model::id::{InstanceId, NodeId, PersonId, SessionId, SshKeyId, TokenId};
use model::refusal::{Refusal, RefusalCode};

use crate::actor::{Actor, Via};
use crate::world::{Instance, Node, Session, SshKey, Token, World};

mod table;

pub use table::Grant;

/// What somebody wants to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// Know that it is there, and how it is.
    SeeInstance,
    /// Start, stop, restart, delete, and change its settings.
    ManageInstance,
    /// Use its terminal and its files.
    EnterInstance,
    /// Open anything on it by SSH.
    ReachInstance,
    /// Make links that open its URLs.
    ShareInstance,
    /// Open a public URL of it that is for its owner alone.
    OpenOwnUrl,
    SeeNode,
    /// Place instances of one's own there.
    PlaceOnNode,
    ManageNode,
    /// See and change an SSH key, a token or a session.
    ManageKey,
    ManageToken,
    ManageSession,
    SeeSettings,
    ChangeSettings,
    SeeInvites,
    Invite,
    WithdrawInvite,
    /// List the instances of all people.
    ListEverybody,
    /// Know how the installation is exposed to others.
    SeeExposure,
}

/// What it is done to.
#[derive(Debug, Clone, Copy)]
pub enum Subject<'w> {
    Instance(&'w Instance),
    Node(&'w Node),
    SshKey(&'w SshKey),
    Token(&'w Token),
    Session(&'w Session),
    Installation,
}

/// Refuses what the actor may not do. Whatever they may not even see is refused as if it were not there, so that ids
/// cannot be probed.
///
/// # Errors
/// `NotFound`, or `Forbidden` with who may.
pub fn may(world: &World, actor: &Actor, action: Action, subject: Subject<'_>) -> Result<(), Refusal> {
    if is_allowed(world, actor, action, subject) {
        return Ok(());
    }
    match (subject.seeing(), subject) {
        (Some((see, what)), _) if !is_allowed(world, actor, see, subject) => Err(Refusal::not_found(what)),
        (_, Subject::Node(node)) => {
            let name = &node.settings.name;
            let message = format!("The node {name} is not yours: only its owner and administrators may change it.");
            Err(Refusal::new(RefusalCode::Forbidden, message))
        }
        _ => Err(Refusal::new(RefusalCode::Forbidden, format!("Only an administrator may {}.", table::words(action)))),
    }
}

/// The same question where a "no" is no refusal: what is listed, shown or offered.
pub fn is_allowed(world: &World, actor: &Actor, action: Action, subject: Subject<'_>) -> bool {
    is_within_reach(world, actor, action, subject)
        && table::grants(action).iter().any(|grant| holds(world, actor.person, *grant, subject))
}

/// A key that may not manage opens the instances for which it is ticked, and nothing else.
fn is_within_reach(world: &World, actor: &Actor, action: Action, subject: Subject<'_>) -> bool {
    let Via::SshKey(id) = actor.via else { return true };
    let Some(key) = world.ssh_keys.get(&id) else { return false };
    match (key.may_manage, action, subject) {
        (true, ..) => true,
        (false, Action::SeeInstance | Action::ReachInstance, Subject::Instance(instance)) => {
            instance.spec.ssh_keys.contains(&id)
        }
        (false, ..) => false,
    }
}

fn holds(world: &World, person: PersonId, grant: Grant, subject: Subject<'_>) -> bool {
    match (grant, subject) {
        (Grant::Owner, subject) => subject.owner() == Some(person),
        (Grant::Administrator, _) => world.people.get(&person).is_some_and(|row| row.administrator),
        (Grant::Shared, Subject::Node(node)) => world.is_shared(node),
        (Grant::Shared, _) => false,
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
            Self::Installation => None,
        }
    }

    /// Which action shows that it is there, and what it is called then.
    const fn seeing(self) -> Option<(Action, &'static str)> {
        match self {
            Self::Instance(_) => Some((Action::SeeInstance, "instance")),
            Self::Node(_) => Some((Action::SeeNode, "node")),
            Self::SshKey(_) => Some((Action::ManageKey, "SSH key")),
            Self::Token(_) => Some((Action::ManageToken, "token")),
            Self::Session(_) => Some((Action::ManageSession, "session")),
            Self::Installation => None,
        }
    }
}

/// Rows by their ids, for those who may do that to them.
impl Actor {
    pub fn instance<'w>(&self, world: &'w World, action: Action, id: InstanceId) -> Result<&'w Arc<Instance>, Refusal> {
        let found = world.instances.get(&id).ok_or_else(|| Refusal::not_found("instance"))?;
        may(world, self, action, Subject::Instance(found)).map(|()| found)
    }

    pub fn node<'w>(&self, world: &'w World, action: Action, id: NodeId) -> Result<&'w Arc<Node>, Refusal> {
        let found = world.nodes.get(&id).ok_or_else(|| Refusal::not_found("node"))?;
        may(world, self, action, Subject::Node(found)).map(|()| found)
    }

    pub fn ssh_key<'w>(&self, world: &'w World, id: SshKeyId) -> Result<&'w Arc<SshKey>, Refusal> {
        let found = world.ssh_keys.get(&id).ok_or_else(|| Refusal::not_found("SSH key"))?;
        may(world, self, Action::ManageKey, Subject::SshKey(found)).map(|()| found)
    }

    pub fn token<'w>(&self, world: &'w World, id: TokenId) -> Result<&'w Arc<Token>, Refusal> {
        let found = world.tokens.get(&id).ok_or_else(|| Refusal::not_found("token"))?;
        may(world, self, Action::ManageToken, Subject::Token(found)).map(|()| found)
    }

    pub fn session<'w>(&self, world: &'w World, id: SessionId) -> Result<&'w Arc<Session>, Refusal> {
        let found = world.sessions.get(&id).ok_or_else(|| Refusal::not_found("session"))?;
        may(world, self, Action::ManageSession, Subject::Session(found)).map(|()| found)
    }
}
