//! Timelines. The vocabulary's own type is the row.

use model::event::InstanceEvent;
use model::id::{EventId, InstanceId};
use protocol::plain::Plain as _;
use serde::{Deserialize, Serialize};

use crate::store::row::{Also, Stored};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(in crate::store) struct EventRow(InstanceEvent);

impl Stored for InstanceEvent {
    const TABLE: &'static str = "event";
    const SINCE: u32 = 1;
    type Row = EventRow;

    fn id((_, id): &(InstanceId, EventId)) -> String {
        id.to_string()
    }

    fn also(_: &(InstanceId, EventId), put: Option<&Self>) -> Also {
        put.cloned().map_or(Also::Nothing, Also::Count)
    }
}

impl From<&InstanceEvent> for EventRow {
    fn from(row: &InstanceEvent) -> Self {
        Self(row.clone())
    }
}

impl From<EventRow> for InstanceEvent {
    fn from(EventRow(row): EventRow) -> Self {
        // Until 0.2.0 a timeline repeated what nodes said as it was.
        row.plain()
    }
}
