//! Who asks.

use model::id::{PersonId, SessionId, SshKeyId, TokenId};
use model::name::Username;

use crate::world::Person;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    pub person: PersonId,
    pub username: Username,
    pub via: Via,
    /// By which a repetition of this one request is known, if whoever sends it made such a key up.
    pub once: Option<String>,
    /// The address of the network that they come from.
    pub address: Option<String>,
}

/// How a person proved who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
        Self { person: person.id, username: person.username.clone(), via, once: None, address: None }
    }

    #[must_use]
    pub fn from(self, address: Option<String>) -> Self {
        Self { address, ..self }
    }
}
