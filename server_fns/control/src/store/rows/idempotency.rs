//! Answers to commands that carried an idempotency key. The id is made of the person and the key, so one pair is
//! one record.

use serde::{Deserialize, Serialize};

use model::Timestamp;
use model::id::{InstanceId, PersonId};
use planner::command::Answer;
use planner::world::Idempotency;

use crate::store::row::{Row, Table};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::store) struct IdempotencyRow {
    id: String,
    person: PersonId,
    key: String,
    request_hash: String,
    /// Of rows from a time when only creates had a key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    instance: Option<InstanceId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    answer: Option<Answer>,
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
        let Idempotency { person, key, request_hash, answer, at } = row.clone();
        Self { id: id(person, &key), person, key, request_hash, instance: None, answer: Some(answer), at }
    }
}

impl From<IdempotencyRow> for Idempotency {
    fn from(row: IdempotencyRow) -> Self {
        let IdempotencyRow { id: _, person, key, request_hash, instance, answer, at } = row;
        let answer = answer.or(instance.map(Answer::Instance)).unwrap_or(Answer::Done);
        Self { person, key, request_hash, answer, at }
    }
}
