//! What people settle of their own accounts.

use model::id::{PersonId, SessionId};
use model::refusal::Refusal;

use super::sessions::{must_be_unchanged, proved};
use crate::actor::{Actor, Via};
use crate::clock::Now;
use crate::command::Decision;
use crate::world::{Change, Person, World};

/// Sets another password for the actor, and ends every session but the one that asks. `checked` is the hash that the old
/// one was checked against.
pub fn change_password(
    world: &World,
    actor: &Actor,
    checked: &str,
    new_hash: String,
    now: Now,
) -> Result<Decision<()>, Refusal> {
    must_be_unchanged(world.find_person(actor.person)?, checked)?;
    let keep = match actor.via {
        Via::Session(id) => Some(world.find_session(id)?.id),
        Via::Token(_) | Via::SshKey(_) | Via::Console => None,
    };
    let mut decision = reset_password(world, actor.person, new_hash, keep)?;
    decision.changes.extend(proved(world, actor, now));
    Ok(decision)
}

/// Sets another password and ends every session but the one to keep.
pub fn reset_password(
    world: &World,
    person: PersonId,
    new_hash: String,
    keep: Option<SessionId>,
) -> Result<Decision<()>, Refusal> {
    let row = world.find_person(person)?;
    let mut changes = vec![Change::PutPerson(Person { password_hash: new_hash, ..Person::clone(row) })];
    let others = world.sessions_of(person).filter(|session| Some(session.id) != keep);
    changes.extend(others.map(|session| Change::DropSession(session.id)));
    Ok(Decision::new(changes, ()))
}
