//! A command that is sent again because its answer was lost: it is carried out once, and answered with the same.

use model::id::PersonId;
use model::refusal::{Refusal, RefusalCode};

use super::{Answer, Asker, Command, Decision, decide, is_past};
use crate::clock::Now;
use crate::credentials::check;
use crate::draw::Draw;
use crate::limits::{IDEMPOTENCY_KEY, IDEMPOTENCY_KEYS_PER_PERSON, IDEMPOTENCY_LIFETIME};
use crate::world::{Change, Idempotency, World};

/// By what a repetition is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// As the program that asks made it up.
    pub key: String,
    /// SHA-256 of the request, in hex: the same key with another request is refused.
    pub request_hash: String,
}

/// Decides, unless that person sent the same request with that key before: then the first answer is given again.
///
/// # Errors
/// `Conflict` for another request with that key, and for a secret that was shown once; or as [`decide`].
pub fn decide_once(
    world: &World,
    asker: &Asker,
    command: &Command,
    key: Option<&Key>,
    draw: &mut dyn Draw,
    now: Now,
) -> Result<Decision<Answer>, Refusal> {
    let Some(key) = key else { return decide(world, asker, command, draw, now) };
    let actor = asker.person()?;
    // The first answer, too, is for those alone who may still ask.
    check(world, actor, now)?;
    let person = actor.person;
    if let Some(first) = first_answer(world, asker, command, key, now)? {
        return Ok(Decision::unchanged(first));
    }
    let mut decision = decide(world, asker, command, draw, now)?;
    // Nothing is kept for somebody who removed themselves.
    if decision.changes.contains(&Change::DropPerson(person)) {
        return Ok(decision);
    }
    decision.changes.extend(room(world, person, &key.key));
    let Key { key, request_hash } = key.clone();
    let answer = decision.answer.clone();
    decision.changes.push(Change::PutIdempotency(Idempotency { person, key, request_hash, answer, at: now.wall }));
    Ok(decision)
}

/// The oldest answer of that person goes where the new one would be one too many.
fn room(world: &World, person: PersonId, key: &str) -> Option<Change> {
    let others: Vec<_> = world.answers_of(person).filter(|row| row.key != key).collect();
    let oldest = others.iter().min_by_key(|row| row.at).filter(|_| others.len() >= IDEMPOTENCY_KEYS_PER_PERSON)?;
    Some(Change::DropIdempotency((person, oldest.key.clone())))
}

fn first_answer(
    world: &World,
    asker: &Asker,
    command: &Command,
    Key { key, request_hash }: &Key,
    now: Now,
) -> Result<Option<Answer>, Refusal> {
    const FIELD: &str = "Idempotency-Key";
    if key.is_empty() || key.len() > IDEMPOTENCY_KEY || !key.bytes().all(|b| b.is_ascii_graphic()) {
        let message = format!("The idempotency key must be 1 to {IDEMPOTENCY_KEY} visible ASCII characters.");
        return Err(Refusal::field(FIELD, message));
    }
    let conflict = |message: &str| Err(Refusal::new(RefusalCode::Conflict, message).at(FIELD));
    let known = world.idempotency.get(&(asker.person()?.person, key.to_owned()));
    match known.filter(|row| !is_past(row.at, IDEMPOTENCY_LIFETIME, now.wall)) {
        None => Ok(None),
        Some(row) if row.request_hash != *request_hash => {
            conflict("This idempotency key was used for another request. Use a new key for a new request.")
        }
        Some(_) if command.shows_a_secret() => {
            conflict("This request was carried out before, and its secret was shown then, once. Make another one.")
        }
        // No password is kept to compare this one with.
        Some(_) if matches!(command, Command::ChangePassword { .. }) => {
            conflict("This request was carried out before. Sign in with the password that it set.")
        }
        Some(row) => Ok(Some(row.answer.clone())),
    }
}

impl Command {
    /// The request without what the server drew or hashed for it, so that a repetition is the same.
    #[must_use]
    pub fn as_sent(&self) -> Self {
        let mut sent = self.clone();
        if let Self::ChangePassword { checked: one, password_hash: two, .. }
        | Self::CreateToken { hint: one, secret_hash: two, .. }
        | Self::RegisterNode { key_hash: one, code_hash: two, .. }
        | Self::RotateNodeKey { key_hash: one, code_hash: two, .. } = &mut sent
        {
            one.clear();
            two.clear();
        }
        if let Self::CreateInvite { secret_hash: drawn }
        | Self::MakeResetLink { secret_hash: drawn, .. }
        | Self::IssueCode { code_hash: drawn, .. }
        | Self::ProveSession { checked: drawn }
        | Self::ChangeEmail { checked: drawn, .. } = &mut sent
        {
            drawn.clear();
        }
        sent
    }

    /// Whether the answer has a secret that nobody can be shown again.
    pub const fn shows_a_secret(&self) -> bool {
        matches!(
            self,
            Self::SignUp { .. }
                | Self::OpenSession(_)
                | Self::CreateInvite { .. }
                | Self::MakeResetLink { .. }
                | Self::CreateToken { .. }
                | Self::RegisterNode { .. }
                | Self::RotateNodeKey { .. }
                | Self::IssueCode { .. }
                | Self::RedeemCode { .. }
                | Self::InstallNode { .. }
        )
    }
}
