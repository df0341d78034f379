//! The activity log. Each line is a record under its number and is never read at the start. Beside it lie records that say
//! for whom it is found: a person, an instance, a node. So the lines of one are a range of keys, however long the log is.

use model::event::{Event, Subject};
use model::version::EventNumber;
use surrealdb::types::{Array, RecordId, RecordIdKey, SurrealValue, Value};

use super::error::StoreError;

mod read;
#[cfg(test)]
mod tests;

pub(crate) use read::{Log, Of, Order};

const TABLE: &str = "activity";
const FOUND_BY: &str = "activity_of";

/// The step of the schema that makes both tables.
pub(super) const SINCE: u32 = 4;
pub(super) const SCHEMA: &str = "DEFINE TABLE activity SCHEMALESS PERMISSIONS NONE;\n\
                                 DEFINE TABLE activity_of SCHEMALESS PERMISSIONS NONE;\n";

/// A number as the database counts.
fn place(number: EventNumber) -> i64 {
    i64::try_from(number.0).unwrap_or(i64::MAX)
}

pub(super) fn record(number: EventNumber) -> RecordId {
    RecordId::new(TABLE, place(number))
}

/// The records by which the line is found, beside its own.
pub(super) fn found_by(event: &Event) -> Vec<RecordId> {
    let happening = &event.happening;
    let mut all: Vec<String> = happening.owner.iter().map(ToString::to_string).collect();
    all.extend(happening.cause.who.person().map(|person| person.to_string()));
    all.extend(happening.node.map(|node| node.to_string()));
    match &happening.subject {
        Subject::Instance { id, .. } => all.push(id.to_string()),
        // Already there, as the owner or the node.
        Subject::Node { .. } | Subject::Account { .. } | Subject::Installation => {}
    }
    all.sort();
    all.dedup();
    all.into_iter().map(|id| finds(id, event.number)).collect()
}

fn finds(id: String, number: EventNumber) -> RecordId {
    let key = Array::from(vec![Value::String(id), place(number).into_value()]);
    RecordId::new(FOUND_BY, RecordIdKey::Array(key))
}

pub(super) fn write(event: &Event) -> Result<Value, StoreError> {
    let unfit = |why: String| StoreError::Unfit { table: TABLE, why };
    let content = serde_json::to_value(event).map_err(|error| unfit(error.to_string()))?.into_value();
    let again: Event =
        serde_json::from_value(content.clone().into_json_value()).map_err(|error| unfit(error.to_string()))?;
    if again == *event { Ok(content) } else { Err(unfit("a value changes when it is stored".to_owned())) }
}

fn read(record: Value) -> Result<Event, StoreError> {
    let unreadable = |why: String| StoreError::Unreadable { table: TABLE, why };
    let Value::Object(mut content) = record else {
        return Err(unreadable("a record is not an object".to_owned()));
    };
    // The number is a field, too.
    content.remove("id");
    serde_json::from_value(Value::Object(content).into_json_value()).map_err(|error| unreadable(error.to_string()))
}
