//! Accounts.

use serde::{Deserialize, Serialize};

use model::Timestamp;
use model::id::PersonId;
use model::name::{EmailAddress, Username};
use planner::world::{Person, Reset};

use crate::store::claim::Claims;
use crate::store::row::Stored;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::store) struct PersonRow {
    id: PersonId,
    username: Username,
    email: EmailAddress,
    password_hash: String,
    administrator: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    suspended: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    asks_removal_since: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reset: Option<ResetRow>,
    created_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct ResetRow {
    secret_hash: String,
    expires_at: Timestamp,
}

impl Stored for Person {
    const TABLE: &'static str = "person";
    const SINCE: u32 = 1;
    type Row = PersonRow;

    fn id(key: &PersonId) -> String {
        key.to_string()
    }

    fn claims(&self) -> Claims {
        Claims::from([format!("username {}", self.username), format!("email {}", self.email)])
    }
}

impl From<&Person> for PersonRow {
    fn from(row: &Person) -> Self {
        let Person {
            id,
            username,
            email,
            password_hash,
            administrator,
            suspended,
            asks_removal_since,
            reset,
            created_at,
        } = row.clone();
        let reset = reset.map(|Reset { secret_hash, expires_at }| ResetRow { secret_hash, expires_at });
        Self { id, username, email, password_hash, administrator, suspended, asks_removal_since, reset, created_at }
    }
}

impl From<PersonRow> for Person {
    fn from(row: PersonRow) -> Self {
        let PersonRow {
            id,
            username,
            email,
            password_hash,
            administrator,
            suspended,
            asks_removal_since,
            reset,
            created_at,
        } = row;
        let reset = reset.map(|ResetRow { secret_hash, expires_at }| Reset { secret_hash, expires_at });
        Self { id, username, email, password_hash, administrator, suspended, asks_removal_since, reset, created_at }
    }
}
