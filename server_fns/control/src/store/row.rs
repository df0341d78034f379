//! A typed row ⇄ a SurrealDB record. The record's key is the row's `id`; every other field keeps its name.

use serde::Serialize;
use serde::de::DeserializeOwned;
use surrealdb::types::{RecordId, RecordIdKey, SurrealValue, Value};

use super::error::StoreError;

/// Every table that holds rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Table {
    Person,
    Session,
    Token,
    Invite,
    SshKey,
    Node,
    Instance,
    Event,
    Idempotency,
}

impl Table {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Session => "session",
            Self::Token => "token",
            Self::Invite => "invite",
            Self::SshKey => "ssh_key",
            Self::Node => "node",
            Self::Instance => "instance",
            Self::Event => "event",
            Self::Idempotency => "idempotency",
        }
    }

    pub(super) fn record(self, key: impl ToString) -> RecordId {
        RecordId::new(self.name(), key.to_string())
    }
}

/// What one table holds. The serialised form is an object with an `id` of text.
pub(super) trait Row: Serialize + DeserializeOwned + PartialEq {
    const TABLE: Table;
}

/// The record and its content. A row that would not read back as it was is refused, so whatever a node or a person
/// sends, the store can be loaded again.
pub(super) fn write<R: Row>(row: &R) -> Result<(RecordId, Value), StoreError> {
    let unfit = |why: String| StoreError::Unfit { table: R::TABLE.name(), why };
    let content = serde_json::to_value(row).map_err(|error| unfit(error.to_string()))?.into_value();
    let again: R =
        serde_json::from_value(content.clone().into_json_value()).map_err(|error| unfit(error.to_string()))?;
    if again != *row {
        return Err(unfit("a value changes when it is stored".to_owned()));
    }
    let Value::Object(mut content) = content else {
        return Err(unfit("the row is not an object".to_owned()));
    };
    match content.remove("id") {
        Some(Value::String(key)) => Ok((R::TABLE.record(key), Value::Object(content))),
        _ => Err(unfit("the row has no id of text".to_owned())),
    }
}

/// The row that a record holds.
pub(super) fn read<R: Row>(record: Value) -> Result<R, StoreError> {
    let unreadable = |why: String| StoreError::Unreadable { table: R::TABLE.name(), why };
    let Value::Object(mut content) = record else {
        return Err(unreadable("a record is not an object".to_owned()));
    };
    match content.remove("id") {
        Some(Value::RecordId(RecordId { key: RecordIdKey::String(key), .. })) => content.insert("id", key),
        _ => return Err(unreadable("a record's id is not text".to_owned())),
    };
    serde_json::from_value(Value::Object(content).into_json_value()).map_err(|error| unreadable(error.to_string()))
}
