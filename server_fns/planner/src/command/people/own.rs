//! What people settle of their own accounts.

use model::event::EventKind;
use model::id::{PersonId, SessionId};
use model::name::EmailAddress;
use model::refusal::{Refusal, RefusalCode};
use model::request::EndOthers;

use super::has_account;
use super::sessions::{must_be_unchanged, proved};
use crate::actor::{Actor, Via};
use crate::clock::Now;
use crate::command::Decision;
use crate::world::{Change, Person, World};

/// Sets another password for the actor, and ends every session but the one that asks, and what else they say. `checked` is
/// the hash that the old one was checked against.
pub fn change_password(
    world: &World,
    actor: &Actor,
    checked: &str,
    new_hash: String,
    end: EndOthers,
    now: Now,
) -> Result<Decision<()>, Refusal> {
    must_be_unchanged(world.find_person(actor.person)?, checked)?;
    let keep = match actor.via {
        Via::Session(id) => Some(world.find_session(id)?.id),
        Via::Token(_) | Via::SshKey(_) | Via::Console => None,
    };
    let mut decision = reset_password(world, actor.person, new_hash, keep)?;
    decision.changes.extend(proved(world, actor, now));
    let EndOthers { tokens, ssh_keys } = end;
    let tokens = world.tokens_of(actor.person).filter(|_| tokens).map(|token| Change::DropToken(token.id));
    let keys = world.ssh_keys_of(actor.person).filter(|_| ssh_keys).map(|key| Change::DropSshKey(key.id));
    decision.changes.extend(tokens.chain(keys));
    Ok(decision.leaves(EventKind::PasswordChanged { tokens: end.tokens, ssh_keys: end.ssh_keys }))
}

/// Sets another password and ends every session but the one to keep. A link for another one opens nothing any more.
pub fn reset_password(
    world: &World,
    person: PersonId,
    new_hash: String,
    keep: Option<SessionId>,
) -> Result<Decision<()>, Refusal> {
    let row = world.find_person(person)?;
    let mut changes = vec![Change::PutPerson(Person { password_hash: new_hash, reset: None, ..Person::clone(row) })];
    let others = world.sessions_of(person).filter(|session| Some(session.id) != keep);
    changes.extend(others.map(|session| Change::DropSession(session.id)));
    Ok(Decision::new(changes, ()).leaves(EventKind::PasswordReset))
}

/// Gives the account another address. `checked` is the hash that the password was checked against.
pub fn change_email(
    world: &World,
    actor: &Actor,
    checked: &str,
    email: EmailAddress,
    now: Now,
) -> Result<Decision<()>, Refusal> {
    let row = world.find_person(actor.person)?;
    must_be_unchanged(row, checked)?;
    let mut decision = Decision::new(proved(world, actor, now).into_iter().collect(), ());
    if row.email == email {
        return Ok(decision);
    }
    if has_account(world, &email) {
        let message = format!("There is another account for {email}. Use another address.");
        return Err(Refusal::new(RefusalCode::Conflict, message).at("email"));
    }
    decision.changes.push(Change::PutPerson(Person { email, ..Person::clone(row) }));
    Ok(decision.leaves(EventKind::EmailChanged))
}

/// Nothing ends by it: an administrator sees it, and decides what becomes of instances and nodes.
pub fn ask_for_removal(world: &World, actor: &Actor, now: Now) -> Result<Decision<()>, Refusal> {
    let row = world.find_person(actor.person)?;
    if row.asks_removal_since.is_some() {
        return Ok(Decision::unchanged(()));
    }
    let asks = Person { asks_removal_since: Some(now.wall), ..Person::clone(row) };
    Ok(Decision::new(vec![Change::PutPerson(asks)], ()).leaves(EventKind::RemovalAsked))
}

pub fn withdraw_removal(world: &World, actor: &Actor) -> Result<Decision<()>, Refusal> {
    let row = world.find_person(actor.person)?;
    if row.asks_removal_since.is_none() {
        return Ok(Decision::unchanged(()));
    }
    let stays = Person { asks_removal_since: None, ..Person::clone(row) };
    Ok(Decision::new(vec![Change::PutPerson(stays)], ()).leaves(EventKind::RemovalWithdrawn))
}
