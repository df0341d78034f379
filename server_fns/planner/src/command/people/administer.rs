//! Who administers, and whose account is suspended.

use model::id::PersonId;
use model::instance::DesiredState;
use model::refusal::{Refusal, RefusalCode};
use model::verb::Verb;

use super::wishes::wished;
use crate::clock::Now;
use crate::command::{Asker, Decision};
use crate::event::{EventKind, of_account};
use crate::world::{Change, Person, World};

/// Nodes of somebody who administers no more take nobody else's new instances; what is there goes on.
pub fn set_administrator(world: &World, person: PersonId, administrator: bool) -> Result<Decision<()>, Refusal> {
    let row = world.find_person(person)?;
    let new = Person { administrator, ..Person::clone(row) };
    if new == **row {
        return Ok(Decision::unchanged(()));
    }
    if !administrator {
        must_leave_an_administrator(world, row)?;
    }
    let kind = if administrator { EventKind::MadeAdministrator } else { EventKind::NoLongerAdministrator };
    Ok(Decision::new(vec![Change::PutPerson(new)], ()).leaves(kind))
}

/// From now on nothing of theirs opens anything, see [`crate::credentials`]. Browsers are signed out for good; tokens, SSH
/// keys and the keys of nodes are valid again once somebody resumes them. What runs goes on, unless it is to be stopped.
pub fn suspend(world: &World, asker: &Asker, person: PersonId, stop: bool, now: Now) -> Result<Decision<()>, Refusal> {
    let row = world.find_person(person)?;
    let mut decision = Decision::unchanged(());
    if row.suspended.is_none() {
        must_leave_an_administrator(world, row)?;
        decision.changes.push(Change::PutPerson(Person {
            suspended: Some(now.wall),
            reset: None,
            ..Person::clone(row)
        }));
        decision.changes.extend(world.sessions_of(person).map(|session| Change::DropSession(session.id)));
    }
    let runs = world.live_instances_of(person).filter(|row| stop && row.desired == DesiredState::Running);
    for instance in runs {
        decision.also(wished(asker, instance, DesiredState::Stopped, Verb::Stop, now));
    }
    if !decision.changes.is_empty() {
        decision.events.insert(0, of_account(row, asker.cause(), EventKind::Suspended { stop }));
    }
    Ok(decision)
}

/// What they had is valid again. What was stopped stays so until they start it.
pub fn resume(world: &World, person: PersonId) -> Result<Decision<()>, Refusal> {
    let row = world.find_person(person)?;
    if row.suspended.is_none() {
        return Ok(Decision::unchanged(()));
    }
    let resumed = Person { suspended: None, ..Person::clone(row) };
    Ok(Decision::new(vec![Change::PutPerson(resumed)], ()).leaves(EventKind::Resumed))
}

/// Without one, nobody could ever make another but with the server's own computer. Two who demote each other at once are
/// decided one after the other, so the second finds that nobody else is left.
pub(super) fn must_leave_an_administrator(world: &World, person: &Person) -> Result<(), Refusal> {
    if !world.administers_alone(person) {
        return Ok(());
    }
    let message = format!(
        "{} is the last administrator who is not suspended, and somebody has to administer. Make somebody else an \
         administrator first.",
        person.username
    );
    Err(Refusal::new(RefusalCode::Conflict, message))
}
