//! What a command is done to, by its id.

use std::fmt;

use model::id::{InstanceId, InviteId, NodeId, PersonId, SessionId, SshKeyId, TokenId};
use model::refusal::Refusal;

use super::Subject;
use crate::actor::Actor;
use crate::world::World;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Object<'c> {
    Instance(InstanceId),
    Node(NodeId),
    SshKey(SshKeyId),
    Token(TokenId),
    Session(SessionId),
    Invite(InviteId),
    /// Somebody whom an administrator or the operator names.
    Person(PersonId),
    /// A container that has no row yet.
    Container(&'c str),
    OwnAccount,
    Installation,
}

impl Object<'_> {
    pub(super) fn find<'w>(&self, world: &'w World, actor: &Actor) -> Result<Subject<'w>, Refusal> {
        Ok(match self {
            Self::Instance(id) => Subject::Instance(world.find_instance(*id)?),
            Self::Node(id) => Subject::Node(world.find_node(*id)?),
            Self::SshKey(id) => Subject::SshKey(world.find_ssh_key(*id)?),
            Self::Token(id) => Subject::Token(world.find_token(*id)?),
            Self::Session(id) => Subject::Session(world.find_session(*id)?),
            Self::OwnAccount => Subject::Account(world.people.get(&actor.person).ok_or_else(Refusal::unauthenticated)?),
            // Whether these are there is for those alone who may do it.
            Self::Invite(_) | Self::Person(_) | Self::Container(_) | Self::Installation => Subject::Installation,
        })
    }
}

/// The id, for the log; empty where there is none.
impl fmt::Display for Object<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Instance(id) => id.fmt(f),
            Self::Node(id) => id.fmt(f),
            Self::SshKey(id) => id.fmt(f),
            Self::Token(id) => id.fmt(f),
            Self::Session(id) => id.fmt(f),
            Self::Invite(id) => id.fmt(f),
            Self::Person(id) => id.fmt(f),
            Self::Container(name) => name.fmt(f),
            Self::OwnAccount | Self::Installation => Ok(()),
        }
    }
}
