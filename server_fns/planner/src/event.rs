//! What happened, as data. Sentences are made of it where it is shown.

use model::event::{Cause, Happening, Subject, Way, Who};

use crate::actor::{Actor, Via};
use crate::command::Asker;
use crate::world::{Instance, Node, Person};

mod of_object;
mod seen;
mod words;

pub use model::event::{Entrance, EventKind, ForwardLine, Movement, Topic};
pub(crate) use of_object::of_object;
pub use seen::view;
pub use words::text;

/// Something that happened to a thing of the world, which is passed as it is before the change; where it gets another owner,
/// as it is after it.
pub(crate) fn of_instance(instance: &Instance, cause: Cause, kind: EventKind) -> Happening {
    let subject = Subject::Instance { id: instance.id, name: instance.spec.name.clone() };
    Happening { cause, subject, owner: Some(instance.owner), node: Some(instance.node), kind }
}

pub(crate) fn of_node(node: &Node, cause: Cause, kind: EventKind) -> Happening {
    let subject = Subject::Node { id: node.id, name: node.settings.name.clone() };
    Happening { cause, subject, owner: node.owner, node: Some(node.id), kind }
}

pub(crate) fn of_account(person: &Person, cause: Cause, kind: EventKind) -> Happening {
    let subject = Subject::Account { id: person.id, name: person.username.clone() };
    Happening { cause, subject, owner: Some(person.id), node: None, kind }
}

pub(crate) const fn of_installation(cause: Cause, kind: EventKind) -> Happening {
    Happening { cause, subject: Subject::Installation, owner: None, node: None, kind }
}

/// The server itself brought it about.
pub(crate) const fn by_itself() -> Cause {
    Cause { who: Who::Dockhost, way: Way::None, address: None }
}

/// A node did, or saw it.
pub(crate) fn by_node(node: &Node) -> Cause {
    let who = Who::Node { id: node.id, name: node.settings.name.clone() };
    Cause { who, way: Way::None, address: node.peer_address.clone() }
}

impl Actor {
    pub(crate) fn cause(&self) -> Cause {
        let who = Who::Person { id: self.person, name: self.username.clone() };
        Cause { who, way: self.via.way(), address: self.address.clone() }
    }
}

impl Via {
    pub const fn way(self) -> Way {
        match self {
            Self::Session(_) => Way::Session,
            Self::Token(_) => Way::Token,
            Self::SshKey(_) => Way::Ssh,
            Self::Console => Way::Console,
        }
    }
}

impl Asker {
    pub(crate) fn cause(&self) -> Cause {
        match self {
            Self::Person(actor) => actor.cause(),
            Self::Operator => Cause { who: Who::Operator, way: Way::Console, address: None },
            Self::Stranger => Cause { who: Who::Stranger, way: Way::None, address: None },
        }
    }
}
