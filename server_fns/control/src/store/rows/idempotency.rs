//! Answers to commands that carried an idempotency key. The id is made of the person and the key, so one pair is
//! one record.

use serde::{Deserialize, Serialize};

use model::Timestamp;
use model::id::{InstanceId, PersonId};
use planner::command::Answer;
use planner::world::{Idempotency, Kind as _};

use crate::store::claim::Claims;
use crate::store::row::Stored;

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

impl Stored for Idempotency {
    const TABLE: &'static str = "idempotency";
    const SINCE: u32 = 1;
    type Row = IdempotencyRow;

    fn id(key: &(PersonId, String)) -> String {
        format!("{} {}", key.0, key.1)
    }

    fn claims(&self) -> Claims {
        Claims::from([format!("idempotency {} {}", self.person, self.key)])
    }
}

impl From<&Idempotency> for IdempotencyRow {
    fn from(row: &Idempotency) -> Self {
        let Idempotency { person, key, request_hash, answer, at } = row.clone();
        Self { id: Idempotency::id(&row.key()), person, key, request_hash, instance: None, answer: Some(answer), at }
    }
}

impl From<IdempotencyRow> for Idempotency {
    fn from(row: IdempotencyRow) -> Self {
        let IdempotencyRow { id: _, person, key, request_hash, instance, answer, at } = row;
        let answer = answer.or(instance.map(Answer::Instance)).unwrap_or(Answer::Done);
        Self { person, key, request_hash, answer, at }
    }
}
