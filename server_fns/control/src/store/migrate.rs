//! Brings the schema to the version that this program knows, each step once.

use std::collections::BTreeMap;

use serde::Deserialize;
use sha2::{Digest, Sha256};
use surrealdb::types::{SurrealValue as _, Value};

use super::error::{OpenError, StoreError};
use super::row::Stored;
use super::{Store, activity};

/// Append only: a step that was published never changes, which the stored checksum watches over. A table that came later
/// is a step of its own, and its declaration in `rows/` says which; so an older program refuses the database.
fn steps() -> BTreeMap<u32, String> {
    let mut steps = BTreeMap::from([(1, include_str!("schema/0001_initial.surql").to_owned())]);
    steps.extend(tables().into_iter().filter(|(_, since)| *since > 1).map(|(name, since)| (since, define(name))));
    steps.insert(activity::SINCE, activity::SCHEMA.to_owned());
    steps
}

fn define(table: &str) -> String {
    format!("DEFINE TABLE {table} SCHEMALESS PERMISSIONS NONE;\n")
}

/// Every table with rows, and the step that makes it.
fn tables() -> Vec<(&'static str, u32)> {
    macro_rules! names {
        ($($rows:ident: $kind:ident $table:tt $(then $then:ident)?;)*) => {
            vec![$((<planner::world::$kind as Stored>::TABLE, <planner::world::$kind as Stored>::SINCE)),*]
        };
    }
    planner::tables!(names)
}

#[derive(Deserialize)]
struct Applied {
    version: u32,
    checksum: String,
}

impl Store {
    pub(super) async fn migrate(&self) -> Result<(), OpenError> {
        let applied = self.applied().await?;
        let steps = steps();
        let known = steps.len() as u32;
        if let Some(newest) = applied.iter().map(|step| step.version).max().filter(|newest| *newest > known) {
            return Err(OpenError::Newer { found: newest, known });
        }
        for (version, text) in steps {
            let checksum = hex::encode(Sha256::digest(&text));
            match applied.iter().find(|step| step.version == version) {
                Some(step) if step.checksum == checksum => {}
                Some(_) => return Err(OpenError::Altered { version }),
                None => self.apply(version, text, &checksum).await?,
            }
        }
        Ok(())
    }

    async fn applied(&self) -> Result<Vec<Applied>, StoreError> {
        let failed = StoreError::database("the reading of the schema's version");
        let query =
            "DEFINE TABLE IF NOT EXISTS migration SCHEMALESS PERMISSIONS NONE; SELECT version, checksum FROM migration";
        let rows =
            self.db.ask(query, []).await.and_then(|results| results.check()?.take::<Vec<Value>>(1)).map_err(failed)?;
        let read = |row: Value| serde_json::from_value(row.into_json_value());
        let unreadable =
            |error: serde_json::Error| StoreError::Unreadable { table: "migration", why: error.to_string() };
        rows.into_iter().map(|row| read(row).map_err(unreadable)).collect()
    }

    async fn apply(&self, version: u32, text: String, checksum: &str) -> Result<(), StoreError> {
        let failed = StoreError::database("a migration");
        let note = "CREATE type::record('migration', $version) SET version = $version, checksum = $checksum";
        let values = [("version", i64::from(version).into_value()), ("checksum", checksum.to_owned().into_value())];
        self.db
            .ask(format!("BEGIN TRANSACTION;\n{text}{note};\nCOMMIT TRANSACTION"), values)
            .await
            .and_then(surrealdb::IndexedResults::check)
            .map_err(failed)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_is_made_by_one_step_and_the_steps_are_counted_through() {
        let (steps, tables) = (steps(), tables());
        assert_eq!(steps.keys().copied().collect::<Vec<_>>(), (1..=steps.len() as u32).collect::<Vec<_>>());
        for (name, since) in &tables {
            assert!(steps[since].contains(&define(name)), "{name} is not made by step {since}");
            let alone = tables.iter().filter(|(_, other)| other == since).count() == 1 && *since != activity::SINCE;
            assert!(*since == 1 || alone, "step {since} is another table's, too");
            assert_eq!(tables.iter().filter(|(other, _)| other == name).count(), 1, "{name} is there twice");
        }
    }
}
