//! From a list of changes to the records that one transaction puts, deletes, claims and releases. Pure.

use std::borrow::Borrow as _;
use std::collections::{BTreeMap, BTreeSet};

use model::event::Event;
use model::version::EventNumber;
use planner::world::{Change, Rows as _, World};
use surrealdb::types::{Object, RecordId, Value};

use super::activity;
use super::claim::{self, Claims};
use super::error::StoreError;
use super::row::{self, Stored};

/// What one transaction does to the tables. A record stands in it once, with its last state.
#[derive(Default)]
pub(super) struct WriteSet {
    /// By table and key.
    records: BTreeMap<(&'static str, String), Fate>,
    pub(super) settings: Option<model::request::Settings>,
    /// Lines of the log and what finds them, by their records: what is put, or that they go.
    lines: BTreeMap<RecordId, Option<Value>>,
    /// The highest number that a line has.
    pub(super) newest: EventNumber,
}

struct Fate {
    put: Option<Value>,
    before: Claims,
    after: Claims,
}

macro_rules! add {
    ($($rows:ident: $kind:ident {
        $table:ty, $key:expr, $put:ident($held:ty), $drop:ident($id:ty)
    } $(then $then:ident)?;)*) => {
        fn add(&mut self, change: &Change, before: &World) -> Result<(), StoreError> {
            match change {
                Change::PutSettings(settings) => self.settings = Some(*settings),
                Change::PutEvent(event) => self.put_line(event)?,
                Change::DropEvent(event) => self.drop_line(event),
                $(Change::$put(row) => self.put::<planner::world::$kind>(row.borrow(), before)?,
                Change::$drop(key) => self.drop::<planner::world::$kind>(key, before),)*
            }
            Ok(())
        }
    };
}

impl WriteSet {
    pub(super) fn new(changes: &[Change], before: &World) -> Result<Self, StoreError> {
        let mut set = Self { newest: before.log.newest, ..Self::default() };
        for change in changes {
            set.add(change, before)?;
        }
        Ok(set)
    }

    planner::tables!(add);

    fn put<K: Stored>(&mut self, row: &K, before: &World) -> Result<(), StoreError> {
        let key = row.key();
        let held = K::rows(before).row(&key).map(K::claims).unwrap_or_default();
        let fate = Fate { put: Some(row::write(row)?), before: held, after: row.claims() };
        self.records.insert((K::TABLE, K::id(&key)), fate);
        Ok(())
    }

    pub(super) fn drop<K: Stored>(&mut self, key: &K::Key, before: &World) {
        let held = K::rows(before).row(key).map(K::claims).unwrap_or_default();
        let fate = Fate { put: None, before: held, after: Claims::new() };
        self.records.insert((K::TABLE, K::id(key)), fate);
    }

    /// A line of the log, with the records by which it is found.
    fn put_line(&mut self, event: &Event) -> Result<(), StoreError> {
        self.newest = self.newest.max(event.number);
        self.lines.insert(activity::record(event.number), Some(activity::write(event)?));
        self.lines.extend(activity::found_by(event).into_iter().map(|record| (record, Some(empty()))));
        Ok(())
    }

    fn drop_line(&mut self, event: &Event) {
        self.delete([activity::record(event.number)].into_iter().chain(activity::found_by(event)));
    }

    /// Records that are no rows of the world.
    pub(super) fn delete(&mut self, records: impl Iterator<Item = RecordId>) {
        self.lines.extend(records.map(|record| (record, None)));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.records.is_empty() && self.lines.is_empty() && self.settings.is_none()
    }

    /// Claims that are held before and not after.
    pub(super) fn released(&self) -> Vec<RecordId> {
        self.difference(|fate| (&fate.before, &fate.after))
    }

    /// Claims that are held after and not before.
    pub(super) fn claimed(&self) -> Vec<RecordId> {
        self.difference(|fate| (&fate.after, &fate.before))
    }

    fn difference(&self, sides: impl Fn(&Fate) -> (&Claims, &Claims)) -> Vec<RecordId> {
        let one = |fate| {
            let (kept, taken) = sides(fate);
            kept.difference(taken).map(|text| claim::record(text)).collect::<Vec<_>>()
        };
        self.records.values().flat_map(one).collect()
    }

    pub(super) fn deleted(&self) -> Vec<RecordId> {
        let gone = self.records.iter().filter(|(_, fate)| fate.put.is_none());
        let rows = gone.map(|((table, id), _)| row::record(table, id));
        let lines = self.lines.iter().filter(|(_, put)| put.is_none()).map(|(record, _)| record.clone());
        rows.chain(lines).collect::<BTreeSet<_>>().into_iter().collect()
    }

    pub(super) fn into_puts(self) -> Vec<(RecordId, Value)> {
        let put = |((table, id), fate): ((_, String), Fate)| Some((row::record(table, &id), fate.put?));
        let lines = self.lines.into_iter().filter_map(|(record, put)| Some((record, put?)));
        self.records.into_iter().filter_map(put).chain(lines).collect()
    }
}

/// The content of a record whose key says all.
fn empty() -> Value {
    Value::Object(Object::default())
}
