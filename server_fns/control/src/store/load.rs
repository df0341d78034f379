//! All rows into a `World`, at the start.

use planner::clock::Instant;
use planner::world::{Log, World};
use surrealdb::types::Value;

use super::Store;
use super::error::StoreError;
use super::row::{self, Stored};
use crate::authority;

/// Rows that are read at once.
const AT_ONCE: usize = 500;

impl Store {
    /// The world as it was last committed. Nothing is known of any node's connection; each has a full lease from
    /// `started`.
    pub async fn load(&self, started: Instant) -> Result<World, StoreError> {
        let meta = self.cluster_row().await?;
        let mut world = World::new(meta.cluster, meta.era, meta.settings, started);
        world.identity = authority::identity(&meta.secret)
            .map_err(|error| StoreError::Unreadable { table: "meta", why: error.to_string() })?;
        world.log = Log::from(meta.newest);
        macro_rules! read {
            ($($rows:ident: $kind:ident $table:tt $(then $then:ident)?;)*) => {
                $(self.read::<planner::world::$kind>(&mut world).await?;)*
            };
        }
        planner::tables!(read);
        Ok(world)
    }

    async fn read<K: Stored>(&self, world: &mut World) -> Result<(), StoreError> {
        let mut rows = Vec::new();
        // Some at a time: what the reading of all of them takes at once, the process keeps. By their places and not by
        // their keys, because the database reads a range of keys whole, whatever limit is set (surrealdb 3.3, `RecordIdScan`).
        loop {
            let query = format!("SELECT * FROM {} LIMIT {AT_ONCE} START {}", K::TABLE, rows.len());
            let asked = self.db.ask(query, []).await;
            let records = asked.and_then(|results| results.check()?.take::<Vec<Value>>(0));
            let records = records.map_err(StoreError::database("the reading of a table"))?;
            let is_last = records.len() < AT_ONCE;
            for record in records {
                rows.push(row::read::<K>(record)?);
            }
            if is_last {
                break;
            }
        }
        rows.sort_by_cached_key(K::key);
        world.apply_all(rows.into_iter().map(K::put));
        Ok(())
    }
}
