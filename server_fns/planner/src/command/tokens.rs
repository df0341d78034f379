//! API tokens.

use std::time::Duration;

use model::Timestamp;
use model::event::EventKind;
use model::id::TokenId;
use model::name::Label;
use model::refusal::{Refusal, RefusalCode};
use model::request::CreateToken;

use crate::actor::Actor;
use crate::clock::Now;
use crate::command::{Decision, fresh};
use crate::draw::Draw;
use crate::limits::{TOKEN_DAYS, TOKENS_PER_PERSON};
use crate::world::{Change, Token, World};

/// `hint` is the visible beginning of the secret.
pub fn create(
    world: &World,
    actor: &Actor,
    asked: &CreateToken,
    hint: String,
    secret_hash: String,
    draw: &mut dyn Draw,
    now: Now,
) -> Result<Decision<TokenId>, Refusal> {
    let name: Label = asked.name.parse().map_err(|why| Refusal::bad_name("name", "The name of the token", &why))?;
    if world.tokens_of(actor.person).any(|token| token.name == name) {
        let message = format!("You have a token called “{name}” already. Choose another name.");
        return Err(Refusal::new(RefusalCode::Conflict, message).at("name"));
    }
    if world.tokens_of(actor.person).count() >= TOKENS_PER_PERSON {
        let message = format!("You have {TOKENS_PER_PERSON} tokens, the most there may be. Remove one first.");
        return Err(Refusal::new(RefusalCode::Conflict, message));
    }
    let expires_at = end(asked.expires_in_days, now)?;
    let id = fresh(draw, TokenId::from_bits, |id| world.tokens.contains_key(id));
    let person = actor.person;
    let (scope, created_at, last_used_at, last_used_from) = (asked.scope, now.wall, None, None);
    let kind = EventKind::TokenCreated { name: name.clone(), scope };
    let token =
        Token { id, person, name, hint, secret_hash, scope, created_at, expires_at, last_used_at, last_used_from };
    Ok(Decision::new(vec![Change::PutToken(token)], id).leaves(kind))
}

/// When it is to open nothing any more, if ever.
fn end(days: Option<u32>, now: Now) -> Result<Option<Timestamp>, Refusal> {
    let Some(days) = days else { return Ok(None) };
    if !(1..=TOKEN_DAYS).contains(&days) {
        let message = format!(
            "A token expires in 1 to {TOKEN_DAYS} days. One that is to open until it is removed is made without that."
        );
        return Err(Refusal::field("expires_in_days", message));
    }
    Ok(Some(now.wall + Duration::from_secs(24 * 3600) * days))
}

pub fn remove(world: &World, id: TokenId) -> Result<Decision<()>, Refusal> {
    let name = world.find_token(id)?.name.clone();
    Ok(Decision::new(vec![Change::DropToken(id)], ()).leaves(EventKind::TokenRemoved { name }))
}
