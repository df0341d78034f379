//! Rows that have expired. They count for nothing from that moment on; dropping them waits for the next
//! full hour, so that a thousand sessions do not make a thousand transactions.

use model::Timestamp;

use crate::clock::{Instant, Now};
use crate::limits::{IDEMPOTENCY_LIFETIME, SESSION_IDLE, SESSION_LIFETIME, SWEEP_EVERY, TOKEN_KEPT};
use crate::world::{Change, Kind as _, Session, Token, World};

/// What had expired at the last full hour.
pub(super) fn expired(world: &World, now: Timestamp) -> Vec<Change> {
    let hour = full_hour(now);
    let sessions = world.sessions.values().filter(|session| end_of(session) <= hour);
    let tokens = world.tokens.values().filter(|token| last_shown(token).is_some_and(|end| end <= hour));
    let invites = world.invites.values().filter(|invite| invite.expires_at <= hour);
    let idempotency = world.idempotency.values().filter(|row| row.at + IDEMPOTENCY_LIFETIME <= hour);
    sessions
        .map(|session| Change::DropSession(session.id))
        .chain(tokens.map(|token| Change::DropToken(token.id)))
        .chain(invites.map(|invite| Change::DropInvite(invite.id)))
        .chain(idempotency.map(|row| Change::DropIdempotency(row.key())))
        .collect()
}

/// The first full hour that finds something expired which is not yet.
pub(super) fn next(world: &World, now: Now) -> Option<Instant> {
    let hour = full_hour(now.wall);
    let sessions = world.sessions.values().map(|session| end_of(session));
    let tokens = world.tokens.values().filter_map(|token| last_shown(token));
    let invites = world.invites.values().map(|invite| invite.expires_at);
    let idempotency = world.idempotency.values().map(|row| row.at + IDEMPOTENCY_LIFETIME);
    let end = sessions.chain(tokens).chain(invites).chain(idempotency).filter(|end| *end > hour).min()?;
    let due = match full_hour(end) {
        full if full == end => end,
        full => full + SWEEP_EVERY,
    };
    let wait = (due - now.wall).to_std().unwrap_or_default();
    Some(Instant(now.mono.0 + wait))
}

fn end_of(session: &Session) -> Timestamp {
    (session.last_seen_at + SESSION_IDLE).min(session.created_at + SESSION_LIFETIME)
}

/// Of a token that ends at all.
fn last_shown(token: &Token) -> Option<Timestamp> {
    token.expires_at.map(|end| end + TOKEN_KEPT)
}

fn full_hour(at: Timestamp) -> Timestamp {
    let past = at.timestamp().max(0);
    Timestamp::from_timestamp(past - past % SWEEP_EVERY.as_secs().cast_signed(), 0).unwrap_or_default()
}
