//! A typed row ⇄ a SurrealDB record. The record's key is the row's `id`; every other field keeps its name.

use planner::world::Kind;
use serde::Serialize;
use serde::de::DeserializeOwned;
use surrealdb::types::{RecordId, RecordIdKey, SurrealValue, Value};

use super::claim::Claims;
use super::error::StoreError;

/// How a table is stored. Each is declared once, in `rows/`; which tables there are, [`planner::tables`] says.
pub(super) trait Stored: Kind {
    /// The table's name in the database.
    const TABLE: &'static str;
    /// The step of the schema that makes the table: 1 of those that were there first, then a number that no other step has.
    const SINCE: u32;
    /// Whether a backup carries its rows.
    const IN_BACKUP: bool = true;
    /// A row as it is stored: an object with an `id` of text.
    type Row: Serialize + DeserializeOwned + PartialEq + for<'r> From<&'r Self> + Into<Self>;

    /// The key of a row's record: the `id` of [`Stored::Row`].
    fn id(key: &Self::Key) -> String;

    /// What no other row of any table may have.
    fn claims(&self) -> Claims {
        Claims::new()
    }
}

/// The record with that key.
pub(super) fn record(table: &'static str, id: &str) -> RecordId {
    RecordId::new(table, id)
}

/// The content of the row's record. A row that would not read back as it was is refused, so whatever a node or a person
/// sends, the store can be loaded again.
pub(super) fn write<K: Stored>(row: &K) -> Result<Value, StoreError> {
    let unfit = |why: String| StoreError::Unfit { table: K::TABLE, why };
    let row = (K::id(&row.key()), K::Row::from(row));
    let content = serde_json::to_value(&row.1).map_err(|error| unfit(error.to_string()))?.into_value();
    let again: K::Row =
        serde_json::from_value(content.clone().into_json_value()).map_err(|error| unfit(error.to_string()))?;
    if again != row.1 {
        return Err(unfit("a value changes when it is stored".to_owned()));
    }
    let Value::Object(mut content) = content else {
        return Err(unfit("the row is not an object".to_owned()));
    };
    match content.remove("id") {
        Some(Value::String(id)) if id == row.0 => Ok(Value::Object(content)),
        _ => Err(unfit("the row has no id of text, or another than its record".to_owned())),
    }
}

/// The row that a record holds.
pub(super) fn read<K: Stored>(record: Value) -> Result<K, StoreError> {
    let unreadable = |why: String| StoreError::Unreadable { table: K::TABLE, why };
    let (_, content) = with_id(record).map_err(unreadable)?;
    let row: K::Row = serde_json::from_value(content).map_err(|error| unreadable(error.to_string()))?;
    Ok(row.into())
}

/// The key of a record, and its content with the key as its `id`.
pub(super) fn with_id(record: Value) -> Result<(String, serde_json::Value), String> {
    let Value::Object(mut content) = record else { return Err("a record is not an object".to_owned()) };
    let Some(Value::RecordId(RecordId { key: RecordIdKey::String(key), .. })) = content.remove("id") else {
        return Err("a record's id is not text".to_owned());
    };
    content.insert("id", key.clone());
    Ok((key, Value::Object(content).into_json_value()))
}
