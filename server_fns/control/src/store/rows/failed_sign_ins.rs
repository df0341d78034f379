//! Wrong passwords within an hour. The key of a record is the person's id.

use model::Timestamp;
use model::id::PersonId;
use model::version::EventNumber;
use planner::world::FailedSignIns;
use serde::{Deserialize, Serialize};

use crate::store::row::Stored;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::store) struct FailedSignInsRow {
    id: PersonId,
    hour: Timestamp,
    times: u32,
    number: EventNumber,
}

impl Stored for FailedSignIns {
    const TABLE: &'static str = "failed_sign_ins";
    const SINCE: u32 = 3;
    // The line of the log that they count in need not be in the backup.
    const IN_BACKUP: bool = false;
    type Row = FailedSignInsRow;

    fn id(person: &PersonId) -> String {
        person.to_string()
    }
}

impl From<&FailedSignIns> for FailedSignInsRow {
    fn from(row: &FailedSignIns) -> Self {
        let FailedSignIns { person, hour, times, number } = row.clone();
        Self { id: person, hour, times, number }
    }
}

impl From<FailedSignInsRow> for FailedSignIns {
    fn from(FailedSignInsRow { id, hour, times, number }: FailedSignInsRow) -> Self {
        Self { person: id, hour, times, number }
    }
}
