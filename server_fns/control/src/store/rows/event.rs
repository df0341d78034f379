//! Timelines. The vocabulary's own type is the row.

use model::event::InstanceEvent;

use crate::store::row::{Row, Table};

impl Row for InstanceEvent {
    const TABLE: Table = Table::Event;
}
