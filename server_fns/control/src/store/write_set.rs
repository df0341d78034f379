//! From a list of changes to the records that one transaction puts, deletes, claims and releases. Pure.

use std::collections::{BTreeMap, BTreeSet};

use model::event::InstanceEvent;
use model::id::InstanceId;
use planner::limits::EVENTS_PER_INSTANCE;
use planner::world::{Change, World};
use surrealdb::types::{RecordId, Value};

use super::claim::{self, Claims};
use super::error::StoreError;
use super::row::{self, Row, Table};
use super::rows::idempotency;
use super::rows::{
    idempotency::IdempotencyRow, instance::InstanceRow, invite::InviteRow, node::NodeRow, person::PersonRow,
    session::SessionRow, ssh_key::SshKeyRow, token::TokenRow,
};

/// What one transaction does to the tables. A record stands in it once, with its last state.
#[derive(Default)]
pub(super) struct WriteSet {
    records: BTreeMap<(Table, String), Fate>,
    pub(super) settings: Option<model::request::Settings>,
    added: BTreeMap<InstanceId, Vec<InstanceEvent>>,
}

struct Fate {
    put: Option<(RecordId, Value)>,
    before: Claims,
    after: Claims,
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

    fn add(&mut self, change: &Change, world: &World) -> Result<(), StoreError> {
        let none = Claims::new;
        match change {
            Change::PutSettings(settings) => self.settings = Some(*settings),
            Change::PutPerson(new) => {
                let old = world.people.get(&new.id).map_or_else(none, |old| claim::of_person(old));
                self.put(new.id, &PersonRow::from(new), old, claim::of_person(new))?;
            }
            Change::PutSession(new) => self.put(new.id, &SessionRow::from(new), none(), none())?,
            Change::DropSession(id) => self.delete(Table::Session, id, none()),
            Change::PutToken(new) => self.put(new.id, &TokenRow::from(new), none(), none())?,
            Change::DropToken(id) => self.delete(Table::Token, id, none()),
            Change::PutInvite(new) => self.put(new.id, &InviteRow::from(new), none(), none())?,
            Change::DropInvite(id) => self.delete(Table::Invite, id, none()),
            Change::PutSshKey(new) => {
                let old = world.ssh_keys.get(&new.id).map_or_else(none, |old| claim::of_ssh_key(old));
                self.put(new.id, &SshKeyRow::from(new), old, claim::of_ssh_key(new))?;
            }
            Change::DropSshKey(id) => {
                let old = world.ssh_keys.get(id).map_or_else(none, |old| claim::of_ssh_key(old));
                self.delete(Table::SshKey, id, old);
            }
            Change::PutNode(new) => self.put(new.id, &NodeRow::from(&**new), none(), none())?,
            Change::DropNode(id) => self.delete(Table::Node, id, none()),
            Change::PutInstance(new) => {
                let old = world.instances.get(&new.id).map_or_else(none, |old| claim::of_instance(old));
                self.put(new.id, &InstanceRow::from(&**new), old, claim::of_instance(new))?;
            }
            Change::DropInstance(id) => {
                let old = world.instances.get(id).map_or_else(none, |old| claim::of_instance(old));
                self.delete(Table::Instance, id, old);
                for event in self.added.remove(id).into_iter().flatten() {
                    self.delete(Table::Event, event.id, none());
                }
                for event in world.events.get(id).into_iter().flat_map(|events| events.iter()) {
                    self.delete(Table::Event, event.id, none());
                }
            }
            Change::PutEvent(new) => {
                self.put(new.id, new, none(), none())?;
                self.added.entry(new.instance).or_default().push(new.clone());
            }
            Change::PutIdempotency(new) => {
                let slot = (new.person, new.key.clone());
                let old = world.idempotency.get(&slot).map_or_else(none, |old| claim::of_idempotency(old));
                let key = idempotency::id(new.person, &new.key);
                self.put(key, &IdempotencyRow::from(new), old, claim::of_idempotency(new))?;
            }
            Change::DropIdempotency(person, key) => {
                let slot = (*person, key.clone());
                let old = world.idempotency.get(&slot).map_or_else(none, |old| claim::of_idempotency(old));
                self.delete(Table::Idempotency, idempotency::id(*person, key), old);
            }
        }
        Ok(())
    }

    fn put<R: Row>(&mut self, key: impl ToString, row: &R, before: Claims, after: Claims) -> Result<(), StoreError> {
        let put = Some(row::write(row)?);
        self.records.insert((R::TABLE, key.to_string()), Fate { put, before, after });
        Ok(())
    }

    fn delete(&mut self, table: Table, key: impl ToString, before: Claims) {
        self.records.insert((table, key.to_string()), Fate { put: None, before, after: Claims::new() });
    }

    /// The oldest events of an instance make room for the new ones.
    fn trim_events(&mut self, world: &World) {
        for (instance, added) in std::mem::take(&mut self.added) {
            let old = world.events.get(&instance).map_or(&[][..], |events| events.as_slice());
            let surplus = (old.len() + added.len()).saturating_sub(EVENTS_PER_INSTANCE);
            for event in old.iter().chain(&added).take(surplus) {
                self.delete(Table::Event, event.id, Claims::new());
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
        gone.map(|((table, key), _)| table.record(key)).collect::<BTreeSet<_>>().into_iter().collect()
    }

    pub(super) fn into_puts(self) -> Vec<(RecordId, Value)> {
        self.records.into_values().filter_map(|fate| fate.put).collect()
    }
}
