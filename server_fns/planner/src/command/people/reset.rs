//! Links that set another password, for somebody who has forgotten theirs. An administrator hands one over; the server sends
//! no mail.

use std::sync::Arc;

use model::event::{Cause, EventKind, Way, Who};
use model::id::PersonId;
use model::refusal::{Refusal, RefusalCode};

use super::own::reset_password;
use crate::clock::Now;
use crate::command::Decision;
use crate::credentials::check_account;
use crate::event::of_account;
use crate::limits::RESET_LIFETIME;
use crate::world::{Change, Person, Reset, World};

/// The link that was made before opens nothing any more. The password stays until the new link is used.
pub fn make_reset_link(
    world: &World,
    person: PersonId,
    secret_hash: String,
    now: Now,
) -> Result<Decision<()>, Refusal> {
    let row = world.find_person(person)?;
    if row.suspended.is_some() {
        let message =
            format!("{0} is suspended, so a new password would open nothing. Resume {0} first.", row.username);
        return Err(Refusal::new(RefusalCode::Conflict, message));
    }
    let reset = Some(Reset { secret_hash, expires_at: now.wall + RESET_LIFETIME });
    let row = Person { reset, ..Person::clone(row) };
    Ok(Decision::new(vec![Change::PutPerson(row)], ()).leaves(EventKind::ResetLinkMade))
}

/// Whose password the link sets.
///
/// # Errors
/// `Forbidden` for one that was used, replaced or has expired, and for none; the same for all, so that nobody is told whose
/// it was. `Unauthenticated` for somebody who was suspended since.
pub fn check_reset_link<'w>(world: &'w World, secret_hash: &str, now: Now) -> Result<&'w Arc<Person>, Refusal> {
    let holds = |person: &&Arc<Person>| person.reset.as_ref().is_some_and(|reset| reset.expires_at > now.wall);
    let person = world.person_by_reset(secret_hash).filter(holds).ok_or_else(|| {
        let message =
            "This link was used, replaced by another one, or has expired. Ask an administrator for a new link.";
        Refusal::new(RefusalCode::Forbidden, message)
    })?;
    check_account(world, person.id)?;
    Ok(person)
}

/// Sets the password, and ends every session: whoever opened one may have known the old password. Whoever has the link
/// stands for the person: nobody else is given one.
pub fn use_reset_link(
    world: &World,
    secret_hash: &str,
    password_hash: String,
    address: String,
    now: Now,
) -> Result<Decision<()>, Refusal> {
    let person = check_reset_link(world, secret_hash, now)?;
    let who = Who::Person { id: person.id, name: person.username.clone() };
    let cause = Cause { who, way: Way::None, address: Some(address) };
    let line = of_account(person, cause, EventKind::PasswordSetByLink);
    Ok(reset_password(world, person.id, password_hash, None)?.tells(line))
}
