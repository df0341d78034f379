//! API tokens.

use serde::{Deserialize, Serialize};

use model::Timestamp;
use model::id::{PersonId, TokenId};
use model::name::Label;
use model::scope::Scope;
use planner::world::Token;

use crate::store::row::Stored;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::store) struct TokenRow {
    id: TokenId,
    person: PersonId,
    name: Label,
    hint: String,
    secret_hash: String,
    /// Not of a token that may do everything, as each could once.
    #[serde(default, skip_serializing_if = "is_all")]
    scope: Scope,
    created_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires_at: Option<Timestamp>,
    last_used_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_used_from: Option<String>,
}

fn is_all(scope: &Scope) -> bool {
    *scope == Scope::All
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
        let Token { id, person, name, hint, secret_hash, scope, created_at, expires_at, last_used_at, last_used_from } =
            row.clone();
        Self { id, person, name, hint, secret_hash, scope, created_at, expires_at, last_used_at, last_used_from }
    }
}

impl From<TokenRow> for Token {
    fn from(row: TokenRow) -> Self {
        let TokenRow {
            id,
            person,
            name,
            hint,
            secret_hash,
            scope,
            created_at,
            expires_at,
            last_used_at,
            last_used_from,
        } = row;
        Self { id, person, name, hint, secret_hash, scope, created_at, expires_at, last_used_at, last_used_from }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_of_before_may_do_everything_and_one_with_an_end_keeps_it() {
        let stored = serde_json::json!({
            "id": "t-00000000000000aa", "person": "p-00000000000000aa", "name": "ci", "hint": "dhp_ab",
            "secret_hash": "ab", "created_at": "2026-11-27T18:00:00Z", "last_used_at": null,
        });
        let token = Token::from(serde_json::from_value::<TokenRow>(stored.clone()).unwrap());
        assert_eq!((token.scope, token.expires_at), (Scope::All, None));
        assert_eq!(serde_json::to_value(TokenRow::from(&token)).unwrap(), stored);
        let at = Some(token.created_at);
        let from = Some("192.0.2.7".to_owned());
        let small = Token { scope: Scope::Read, expires_at: at, last_used_at: at, last_used_from: from, ..token };
        let again = serde_json::to_value(TokenRow::from(&small)).unwrap();
        assert_eq!(Token::from(serde_json::from_value::<TokenRow>(again).unwrap()), small);
    }
}
