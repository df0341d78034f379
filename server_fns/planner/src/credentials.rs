//! Whether what somebody holds of an account still stands for it: one rule for sessions, tokens, SSH keys and the keys of
//! nodes. Whoever looks one of them up asks here, and so does every command once more when it is decided.

use model::id::PersonId;
use model::refusal::{Refusal, RefusalCode};

use crate::actor::{Actor, Via};
use crate::clock::Now;
use crate::command::is_past;
use crate::keys::{opens, standing};
use crate::limits::{PROOF_LIFETIME, SESSION_IDLE, SESSION_LIFETIME};
use crate::world::{Node, Session, SshKey, Token, World};

/// Whether there is such an account, and nobody suspended it.
pub fn account_holds(world: &World, person: PersonId) -> bool {
    check_account(world, person).is_ok()
}

/// The same, with what is said where it does not.
///
/// # Errors
/// `Unauthenticated`.
pub fn check_account(world: &World, person: PersonId) -> Result<(), Refusal> {
    match world.people.get(&person) {
        Some(row) if row.suspended.is_some() => Err(Refusal::new(RefusalCode::Unauthenticated, SUSPENDED)),
        Some(_) => Ok(()),
        None => Err(Refusal::unauthenticated()),
    }
}

/// What is said to somebody who showed that the account is theirs.
pub const SUSPENDED: &str = "This account is suspended. Ask an administrator.";

/// One without a key never is: its cookie alone would open it.
pub fn session_is_valid(world: &World, session: &Session, now: Now) -> bool {
    account_holds(world, session.person)
        && !session.key_hash.is_empty()
        && !is_past(session.last_seen_at, SESSION_IDLE, now.wall)
        && !is_past(session.created_at, SESSION_LIFETIME, now.wall)
}

pub fn token_is_valid(world: &World, token: &Token, now: Now) -> bool {
    account_holds(world, token.person) && !has_expired(token, now)
}

pub(crate) fn has_expired(token: &Token, now: Now) -> bool {
    token.expires_at.is_some_and(|end| end <= now.wall)
}

/// Whether the key opens anything for the account that added it.
pub fn ssh_key_opens(world: &World, key: &SshKey) -> bool {
    account_holds(world, key.person) && opens(standing(world, key))
}

/// Whether a machine is let in by the key, or by a code, of the node. Those of the installation itself hang on no account.
pub fn node_is_let_in(world: &World, node: &Node) -> bool {
    node.owner.is_none_or(|owner| account_holds(world, owner))
}

/// Whether what the actor came with still stands for their account.
///
/// # Errors
/// `Unauthenticated`.
pub fn check(world: &World, actor: &Actor, now: Now) -> Result<(), Refusal> {
    check_account(world, actor.person)?;
    let holds = match actor.via {
        Via::Session(id) => world.sessions.get(&id).is_some_and(|session| session_is_valid(world, session, now)),
        Via::Token(id) => world.tokens.get(&id).is_some_and(|token| token_is_valid(world, token, now)),
        // What the claim to it is worth is looked at where it opens something: until then it may prove itself.
        Via::SshKey(id) => world.ssh_keys.contains_key(&id),
        Via::Console => true,
    };
    if holds { Ok(()) } else { Err(Refusal::unauthenticated()) }
}

/// Whether somebody gave the password lately, if they came with what a thief of their browser has, too. Whoever made a
/// token or an SSH key had given it then, and the console is the operator's.
pub(crate) fn is_proved_lately(world: &World, actor: &Actor, now: Now) -> bool {
    match actor.via {
        Via::Session(id) => {
            world.sessions.get(&id).is_some_and(|session| !is_past(session.proved_at, PROOF_LIFETIME, now.wall))
        }
        Via::Token(_) | Via::SshKey(_) | Via::Console => true,
    }
}
