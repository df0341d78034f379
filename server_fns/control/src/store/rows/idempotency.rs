//! Answers to creates that carried an idempotency key. The id is made of the person and the key, so one pair is
//! one record.

use serde::{Deserialize, Serialize};

use model::Timestamp;
use model::id::{InstanceId, PersonId};
use planner::world::Idempotency;

use crate::store::row::{Row, Table};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::store) struct IdempotencyRow {
    id: String,
    person: PersonId,
    key: String,
    request_hash: String,
    instance: InstanceId,
    at: Timestamp,
}

impl Row for IdempotencyRow {
    const TABLE: Table = Table::Idempotency;
}

/// The record id of the answer to this person's request with this key.
pub(in crate::store) fn id(person: PersonId, key: &str) -> String {
    format!("{person} {key}")
}

impl From<&Idempotency> for IdempotencyRow {
    fn from(row: &Idempotency) -> Self {
        let Idempotency { person, key, request_hash, instance, at } = row.clone();
        Self { id: id(person, &key), person, key, request_hash, instance, at }
    }
}

impl From<IdempotencyRow> for Idempotency {
    fn from(row: IdempotencyRow) -> Self {
        let IdempotencyRow { id: _, person, key, request_hash, instance, at } = row;
        Self { person, key, request_hash, instance, at }
    }
}
