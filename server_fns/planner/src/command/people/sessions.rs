//! Signed-in browsers.

use model::event::{Cause, EventKind, Way, Who};
use model::id::{PersonId, SessionId};
use model::refusal::{Refusal, RefusalCode};

use crate::actor::{Actor, Via};
use crate::clock::Now;
use crate::command::{Decision, fresh, is_past};
use crate::credentials::{check_account, session_is_valid};
use crate::draw::Draw;
use crate::event::of_account;
use crate::limits::{SESSION_AGENT, SESSIONS_PER_PERSON, TOUCH_EVERY};
use crate::world::{Change, Person, Session, Token, World};

/// Who signed in, where, and what their browser holds from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    pub person: PersonId,
    /// Against which the password was checked. Checking takes a while, in which the person may have changed it.
    pub password_hash: String,
    /// Of the cookie,
    pub secret_hash: String,
    /// and of the key that the page keeps.
    pub key_hash: String,
    pub address: String,
    /// The browser, as it names itself.
    pub agent: String,
}

impl Opening {
    /// The browser, as it may be shown.
    pub(crate) fn agent(&self) -> String {
        self.agent.chars().filter(|c| !c.is_control()).take(SESSION_AGENT).collect()
    }
}

/// Opens a session. What has expired is dropped, and beyond the limit those that were not used for longest.
pub fn open_session(
    world: &World,
    opening: Opening,
    draw: &mut dyn Draw,
    now: Now,
) -> Result<Decision<SessionId>, Refusal> {
    let agent = opening.agent();
    let Opening { person, password_hash, secret_hash, key_hash, address, agent: _ } = opening;
    let account = world.find_person(person)?;
    must_be_unchanged(account, &password_hash)?;
    check_account(world, person)?;
    // Whoever signs in is nobody yet while they ask.
    let who = Who::Person { id: person, name: account.username.clone() };
    let cause = Cause { who, way: Way::Session, address: Some(address.clone()) };
    let line = of_account(account, cause, EventKind::SignedIn { agent: agent.clone() });
    let (mut kept, ended): (Vec<_>, Vec<_>) =
        world.sessions_of(person).partition(|session| session_is_valid(world, session, now));
    kept.sort_by_key(|session| (session.last_seen_at, session.id));
    let surplus = (kept.len() + 1).saturating_sub(SESSIONS_PER_PERSON);
    let dropped = ended.into_iter().chain(kept.into_iter().take(surplus));
    let mut changes: Vec<Change> = dropped.map(|session| Change::DropSession(session.id)).collect();

    let id = fresh(draw, SessionId::from_bits, |id| world.sessions.contains_key(id));
    let (created_at, proved_at, last_seen_at) = (now.wall, now.wall, now.wall);
    let session = Session { id, person, secret_hash, key_hash, created_at, proved_at, last_seen_at, address, agent };
    changes.push(Change::PutSession(session));
    Ok(Decision::new(changes, id).tells(line))
}

/// That the actor's session or token was used, by that address if it is known. Written down at most every [`TOUCH_EVERY`].
pub fn note_use(world: &World, actor: &Actor, address: Option<String>, now: Now) -> Decision<()> {
    let is_due = |last| is_past(last, TOUCH_EVERY, now.wall);
    let change = match actor.via {
        Via::Session(id) => world
            .sessions
            .get(&id)
            .filter(|session| is_due(session.last_seen_at))
            .map(|session| Change::PutSession(Session { last_seen_at: now.wall, ..Session::clone(session) })),
        Via::Token(id) => world.tokens.get(&id).filter(|token| token.last_used_at.is_none_or(is_due)).map(|token| {
            let used = Token { last_used_at: Some(now.wall), last_used_from: address, ..Token::clone(token) };
            Change::PutToken(used)
        }),
        Via::SshKey(_) | Via::Console => None,
    };
    Decision::new(change.into_iter().collect(), ())
}

/// Notes that the person gave their password again. `checked` is the hash that it was checked against.
pub fn prove_session(world: &World, actor: &Actor, checked: &str, now: Now) -> Result<Decision<()>, Refusal> {
    must_be_unchanged(world.find_person(actor.person)?, checked)?;
    Ok(Decision::new(proved(world, actor, now).into_iter().collect(), ()))
}

/// Only in a session it is of use.
pub(super) fn proved(world: &World, actor: &Actor, now: Now) -> Option<Change> {
    let Via::Session(id) = actor.via else { return None };
    let session = world.sessions.get(&id)?;
    Some(Change::PutSession(Session { proved_at: now.wall, ..Session::clone(session) }))
}

/// Signs out: ends the session or the token that asks.
pub fn close_session(world: &World, actor: &Actor) -> Decision<()> {
    match actor.via {
        Via::Session(id) if world.sessions.contains_key(&id) => {
            Decision::new(vec![Change::DropSession(id)], ()).leaves(EventKind::SignedOut)
        }
        // Its program leaves: from then on it opens nothing for whoever finds it.
        Via::Token(id) => match world.tokens.get(&id) {
            Some(token) => Decision::new(vec![Change::DropToken(id)], ())
                .leaves(EventKind::TokenRemoved { name: token.name.clone() }),
            None => Decision::unchanged(()),
        },
        Via::Session(_) | Via::SshKey(_) | Via::Console => Decision::unchanged(()),
    }
}

/// Ends one session.
pub fn revoke_session(world: &World, id: SessionId) -> Result<Decision<()>, Refusal> {
    let address = world.find_session(id)?.address.clone();
    Ok(Decision::new(vec![Change::DropSession(id)], ()).leaves(EventKind::SessionEnded { address }))
}

/// Refuses what was decided by a password that is another one by now.
pub(super) fn must_be_unchanged(person: &Person, checked: &str) -> Result<(), Refusal> {
    if person.password_hash == checked {
        return Ok(());
    }
    let message = "The password was changed at the same moment. Sign in with the new one.";
    Err(Refusal::new(RefusalCode::Unauthenticated, message))
}
