//! Who asks, and what they may see and manage.
//!
//! What is foreign and invisible gives the same answer as what does not exist, so that ids cannot be
//! probed. What is visible and not theirs to manage is refused as such.

use std::sync::Arc;

use model::id::{InstanceId, NodeId, PersonId, SessionId, SshKeyId, TokenId};
use model::name::Username;
use model::refusal::{Refusal, RefusalCode};

use crate::event::{Cause, Event, EventKind};
use crate::world::{Instance, Node, Person, Session, SshKey, Token, World};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    pub person: PersonId,
    pub username: Username,
    pub administrator: bool,
    pub via: Via,
}

/// How a person proved who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Via {
    Session(SessionId),
    Token(TokenId),
    /// A login at the gateway.
    SshKey(SshKeyId),
    /// The command line on the server's own machine.
    Console,
}

impl Actor {
    pub fn new(person: &Person, via: Via) -> Self {
        Self { person: person.id, username: person.username.clone(), administrator: person.administrator, via }
    }

    /// Something that they bring about.
    pub fn event(&self, instance: InstanceId, kind: EventKind) -> Event {
        Event::new(instance, Cause::Person(self.username.clone()), kind)
    }

    /// Refuses everybody but administrators.
    pub fn must_administer(&self, what: &str) -> Result<(), Refusal> {
        if self.administrator {
            return Ok(());
        }
        Err(Refusal::new(RefusalCode::Forbidden, format!("Only an administrator may {what}.")))
    }

    pub fn sees_instance(&self, instance: &Instance) -> bool {
        self.administrator || instance.owner == self.person
    }

    pub fn sees_node(&self, world: &World, node: &Node) -> bool {
        self.administrator || world.takes_instances_of(node, self.person)
    }

    pub fn manages_node(&self, node: &Node) -> bool {
        self.administrator || node.owner == Some(self.person)
    }

    /// An instance that the actor may see, which is also one they may manage.
    pub fn instance<'w>(&self, world: &'w World, id: InstanceId) -> Result<&'w Arc<Instance>, Refusal> {
        let found = world.instances.get(&id).filter(|instance| self.sees_instance(instance));
        found.ok_or_else(|| Refusal::not_found("instance"))
    }

    /// A node that the actor may see.
    pub fn node<'w>(&self, world: &'w World, id: NodeId) -> Result<&'w Arc<Node>, Refusal> {
        let found = world.nodes.get(&id).filter(|node| self.sees_node(world, node));
        found.ok_or_else(|| Refusal::not_found("node"))
    }

    /// A node that the actor may change.
    pub fn managed_node<'w>(&self, world: &'w World, id: NodeId) -> Result<&'w Arc<Node>, Refusal> {
        let node = self.node(world, id)?;
        if self.manages_node(node) {
            return Ok(node);
        }
        let name = &node.settings.name;
        let message = format!("The node {name} is not yours: only its owner and administrators may change it.");
        Err(Refusal::new(RefusalCode::Forbidden, message))
    }

    pub fn ssh_key<'w>(&self, world: &'w World, id: SshKeyId) -> Result<&'w Arc<SshKey>, Refusal> {
        let found = world.ssh_keys.get(&id).filter(|key| key.person == self.person);
        found.ok_or_else(|| Refusal::not_found("SSH key"))
    }

    pub fn token<'w>(&self, world: &'w World, id: TokenId) -> Result<&'w Arc<Token>, Refusal> {
        let found = world.tokens.get(&id).filter(|token| token.person == self.person);
        found.ok_or_else(|| Refusal::not_found("token"))
    }

    pub fn session<'w>(&self, world: &'w World, id: SessionId) -> Result<&'w Arc<Session>, Refusal> {
        let found = world.sessions.get(&id).filter(|session| session.person == self.person);
        found.ok_or_else(|| Refusal::not_found("session"))
    }
}
