//! All rows into a `World`, at the start.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::event::InstanceEvent;
use planner::clock::Instant;
use planner::reconcile::LookedAfter;
use planner::telemetry::Telemetry;
use planner::world::{FoundBy, OrdMap, World};
use protocol::plain::Plain as _;
use surrealdb::IndexedResults;
use surrealdb::types::Value;

use super::Store;
use super::error::StoreError;
use super::row::{self, Row};
use super::rows::{
    idempotency::IdempotencyRow, instance::InstanceRow, invite::InviteRow, node::NodeRow, person::PersonRow,
    session::SessionRow, ssh_key::SshKeyRow, token::TokenRow,
};
use crate::authority;

impl Store {
    /// The world as it was last committed. Nothing is known of any node's connection; each has a full lease from
    /// `started`.
    pub async fn load(&self, started: Instant) -> Result<World, StoreError> {
        let meta = self.cluster_row().await?;
        let failed = StoreError::database("the reading of all rows");
        let mut tables =
            self.db.query(include_str!("load.surql")).await.and_then(IndexedResults::check).map_err(failed)?;
        let mut events: BTreeMap<_, Vec<InstanceEvent>> = BTreeMap::new();
        for event in rows::<InstanceEvent, InstanceEvent>(&mut tables, 7)? {
            // Until 0.2.0 a timeline repeated what nodes said as it was.
            events.entry(event.instance).or_default().push(event.plain());
        }
        for timeline in events.values_mut() {
            timeline.sort_by_key(|event| (event.at, event.id));
        }
        let world = World {
            cluster: meta.cluster,
            era: meta.era,
            settings: meta.settings,
            identity: authority::identity(&meta.secret)
                .map_err(|error| StoreError::Unreadable { table: "meta", why: error.to_string() })?,
            people: keyed(rows::<PersonRow, planner::world::Person>(&mut tables, 0)?, |row| row.id),
            sessions: keyed(rows::<SessionRow, planner::world::Session>(&mut tables, 1)?, |row| row.id),
            tokens: keyed(rows::<TokenRow, planner::world::Token>(&mut tables, 2)?, |row| row.id),
            invites: keyed(rows::<InviteRow, planner::world::Invite>(&mut tables, 3)?, |row| row.id),
            ssh_keys: keyed(rows::<SshKeyRow, planner::world::SshKey>(&mut tables, 4)?, |row| row.id),
            nodes: keyed(rows::<NodeRow, planner::world::Node>(&mut tables, 5)?, |row| row.id),
            instances: keyed(rows::<InstanceRow, planner::world::Instance>(&mut tables, 6)?, |row| row.id),
            events: events.into_iter().map(|(instance, timeline)| (instance, Arc::new(timeline))).collect(),
            idempotency: keyed(rows::<IdempotencyRow, planner::world::Idempotency>(&mut tables, 8)?, |row| {
                (row.person, row.key.clone())
            }),
            links: OrdMap::new(),
            telemetry: Telemetry::default(),
            alarms: OrdMap::new(),
            unopened: OrdMap::new(),
            published: OrdMap::new(),
            looked_after: LookedAfter::default(),
            started,
            found_by: FoundBy::default(),
        };
        Ok(world.indexed())
    }
}

/// The rows that one statement of `load.surql` gave.
fn rows<R: Row, T: From<R>>(tables: &mut IndexedResults, statement: usize) -> Result<Vec<T>, StoreError> {
    let records: Vec<Value> = tables.take(statement).map_err(StoreError::database("the reading of a table"))?;
    records.into_iter().map(|record| row::read::<R>(record).map(T::from)).collect()
}

fn keyed<K: Ord + Clone, T>(rows: Vec<T>, key: impl Fn(&T) -> K) -> OrdMap<K, Arc<T>> {
    rows.into_iter().map(|row| (key(&row), Arc::new(row))).collect()
}
