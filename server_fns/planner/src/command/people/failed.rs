//! Wrong passwords: one line of the log for each account and hour, which counts them. So nobody fills the log with guesses.

use model::event::{Cause, Event, EventKind, Way, Who};
use model::id::PersonId;
use model::refusal::Refusal;

use crate::clock::{Now, hour};
use crate::command::Decision;
use crate::event::of_account;
use crate::world::{Change, FailedSignIns, World};

/// Counts one up. Of several addresses within the hour, the last is told.
pub fn note_failed_sign_in(
    world: &World,
    person: PersonId,
    address: String,
    now: Now,
) -> Result<Decision<()>, Refusal> {
    let account = world.people.get(&person).ok_or_else(|| Refusal::not_found("person"))?;
    let hour = hour(now.wall);
    let counted = match world.failed_sign_ins.get(&person).filter(|row| row.hour == hour) {
        Some(row) => FailedSignIns { times: row.times.saturating_add(1), ..FailedSignIns::clone(row) },
        None => FailedSignIns { person, hour, times: 1, number: world.log.newest.next() },
    };
    let cause = Cause { who: Who::Stranger, way: Way::None, address: Some(address) };
    let happening = of_account(account, cause, EventKind::SignInFailed { times: counted.times });
    let line = Event { number: counted.number, at: now.wall, happening };
    Ok(Decision::new(vec![Change::PutFailedSignIns(counted), Change::PutEvent(Box::new(line))], ()))
}
