//! All rows into a `World`, at the start.

use planner::clock::Instant;
use planner::world::{Log, World};
use surrealdb::types::Value;

use super::Store;
use super::error::StoreError;
use super::row::{self, Stored};
use crate::authority;

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
        let query = format!("SELECT * FROM {}", K::TABLE);
        let records = self.db.query(query).await.and_then(|results| results.check()?.take::<Vec<Value>>(0));
        let records = records.map_err(StoreError::database("the reading of a table"))?;
        let mut rows = records.into_iter().map(row::read::<K>).collect::<Result<Vec<_>, _>>()?;
        rows.sort_by_cached_key(K::key);
        world.apply_all(rows.into_iter().map(K::put));
        Ok(())
    }
}
