//! API tokens.

use serde::{Deserialize, Serialize};

use model::Timestamp;
use model::id::{PersonId, TokenId};
use model::name::Label;
use planner::world::Token;

use crate::store::row::Stored;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::store) struct TokenRow {
    id: TokenId,
    person: PersonId,
    name: Label,
    hint: String,
    secret_hash: String,
    created_at: Timestamp,
    last_used_at: Option<Timestamp>,
}

impl Stored for Token {
    const TABLE: &'static str = "token";
    const SINCE: u32 = 1;
    type Row = TokenRow;

    fn id(key: &TokenId) -> String {
        key.to_string()
    }
}

impl From<&Token> for TokenRow {
    fn from(row: &Token) -> Self {
        let Token { id, person, name, hint, secret_hash, created_at, last_used_at } = row.clone();
        Self { id, person, name, hint, secret_hash, created_at, last_used_at }
    }
}

impl From<TokenRow> for Token {
    fn from(row: TokenRow) -> Self {
        let TokenRow { id, person, name, hint, secret_hash, created_at, last_used_at } = row;
        Self { id, person, name, hint, secret_hash, created_at, last_used_at }
    }
}
