//! Accounts.

use serde::{Deserialize, Serialize};

use model::Timestamp;
use model::id::PersonId;
use model::name::{EmailAddress, Username};
use planner::world::Person;

use crate::store::row::{Row, Table};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::store) struct PersonRow {
    id: PersonId,
    username: Username,
    email: EmailAddress,
    password_hash: String,
    administrator: bool,
    created_at: Timestamp,
}

impl Row for PersonRow {
    const TABLE: Table = Table::Person;
}

impl From<&Person> for PersonRow {
    fn from(row: &Person) -> Self {
        let Person { id, username, email, password_hash, administrator, created_at } = row.clone();
        Self { id, username, email, password_hash, administrator, created_at }
    }
}

impl From<PersonRow> for Person {
    fn from(row: PersonRow) -> Self {
        let PersonRow { id, username, email, password_hash, administrator, created_at } = row;
        Self { id, username, email, password_hash, administrator, created_at }
    }
}
