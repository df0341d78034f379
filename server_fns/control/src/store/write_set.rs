//! From a list of changes to the records that one transaction puts, deletes, claims and releases. Pure.

use std::borrow::Borrow as _;
use std::collections::{BTreeMap, BTreeSet};

use model::event::InstanceEvent;
use model::id::InstanceId;
use planner::limits::EVENTS_PER_INSTANCE;
use planner::world::{Change, Kind as _, Rows as _, World};
use surrealdb::types::{RecordId, Value};

use super::claim::{self, Claims};
use super::error::StoreError;
use super::row::{self, Also, Stored};

/// What one transaction does to the tables. A record stands in it once, with its last state.
#[derive(Default)]
pub(super) struct WriteSet {
    /// By table and key.
    records: BTreeMap<(&'static str, String), Fate>,
    pub(super) settings: Option<model::request::Settings>,
    added: BTreeMap<InstanceId, Vec<InstanceEvent>>,
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
                $(Change::$put(row) => self.put::<planner::world::$kind>(row.borrow(), before)?,
                Change::$drop(key) => self.drop::<planner::world::$kind>(key, before),)*
            }
            Ok(())
        }
    };
}

impl WriteSet {
    pub(super) fn new(changes: &[Change], before: &World) -> Result<Self, StoreError> {
        let mut set = Self::default();
        for change in changes {
            set.add(change, before)?;
        }
        set.trim_events(before);
        Ok(set)
    }

    planner::tables!(add);

    fn put<K: Stored>(&mut self, row: &K, before: &World) -> Result<(), StoreError> {
        let key = row.key();
        let held = K::rows(before).row(&key).map(K::claims).unwrap_or_default();
        let fate = Fate { put: Some(row::write(row)?), before: held, after: row.claims() };
        self.records.insert((K::TABLE, K::id(&key)), fate);
        self.also(K::also(&key, Some(row)), before);
        Ok(())
    }

    pub(super) fn drop<K: Stored>(&mut self, key: &K::Key, before: &World) {
        let held = K::rows(before).row(key).map(K::claims).unwrap_or_default();
        let fate = Fate { put: None, before: held, after: Claims::new() };
        self.records.insert((K::TABLE, K::id(key)), fate);
        self.also(K::also(key, None), before);
    }

    fn also(&mut self, also: Also, before: &World) {
        match also {
            Also::Nothing => {}
            Also::Count(event) => self.added.entry(event.instance).or_default().push(event),
            Also::EndTimeline(instance) => self.end_timeline(instance, before),
        }
    }

    fn end_timeline(&mut self, instance: InstanceId, before: &World) {
        let added = self.added.remove(&instance).unwrap_or_default();
        for event in added.iter().chain(before.timeline(instance)) {
            self.drop::<InstanceEvent>(&event.key(), before);
        }
    }

    /// The oldest events of an instance make room for the new ones.
    fn trim_events(&mut self, world: &World) {
        for (instance, added) in std::mem::take(&mut self.added) {
            let old = world.timeline(instance);
            let surplus = (old.len() + added.len()).saturating_sub(EVENTS_PER_INSTANCE);
            for event in old.iter().chain(&added).take(surplus) {
                self.drop::<InstanceEvent>(&event.key(), world);
            }
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.records.is_empty() && self.settings.is_none()
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
        gone.map(|((table, id), _)| row::record(table, id)).collect::<BTreeSet<_>>().into_iter().collect()
    }

    pub(super) fn into_puts(self) -> Vec<(RecordId, Value)> {
        let put = |((table, id), fate): ((_, String), Fate)| Some((row::record(table, &id), fate.put?));
        self.records.into_iter().filter_map(put).collect()
    }
}
