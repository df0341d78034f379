//! API tokens.

use model::id::TokenId;
use model::name::Label;
use model::refusal::{Refusal, RefusalCode};
use model::request::CreateToken;

use crate::actor::Actor;
use crate::clock::Now;
use crate::command::{Decision, fresh};
use crate::draw::Draw;
use crate::limits::TOKENS_PER_PERSON;
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
    let id = fresh(draw, TokenId::from_bits, |id| world.tokens.contains_key(id));
    let person = actor.person;
    let token = Token { id, person, name, hint, secret_hash, created_at: now.wall, last_used_at: None };
    Ok(Decision::new(vec![Change::PutToken(token)], id))
}

pub fn remove(world: &World, id: TokenId) -> Result<Decision<()>, Refusal> {
    world.find_token(id)?;
    Ok(Decision::new(vec![Change::DropToken(id)], ()))
}
