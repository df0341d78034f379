//! The line of a command about the thing that it is done to.

use super::{EventKind, of_account, of_installation, of_instance, of_node};
use crate::command::Asker;
use crate::permission::Object;
use crate::world::World;
use model::event::Happening;

/// What happened to it, with the world as it was before, by whoever asked. What is somebody's own, such as a key, is told of
/// their account. `None` of what is not there.
pub(crate) fn of_object(world: &World, asker: &Asker, object: Object<'_>, kind: EventKind) -> Option<Happening> {
    let cause = asker.cause();
    Some(match object {
        Object::Instance(id) => of_instance(world.instances.get(&id)?, cause, kind),
        Object::Node(id) => of_node(world.nodes.get(&id)?, cause, kind),
        Object::Person(id) => of_account(world.people.get(&id)?, cause, kind),
        Object::SshKey(_) | Object::Token(_) | Object::Session(_) | Object::OwnAccount => {
            of_account(world.people.get(&asker.person().ok()?.person)?, cause, kind)
        }
        Object::Invite(_) | Object::Installation => of_installation(cause, kind),
        // It has no row before.
        Object::Container(_) => return None,
    })
}
