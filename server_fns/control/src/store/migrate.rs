//! Brings the schema to the version that this program knows, each step once.

use serde::Deserialize;
use sha2::{Digest, Sha256};
use surrealdb::types::Value;

use super::Store;
use super::error::{OpenError, StoreError};

struct Migration {
    version: u32,
    text: &'static str,
}

/// Append only: a step that was published never changes, which the stored checksum watches over.
const MIGRATIONS: &[Migration] = &[Migration { version: 1, text: include_str!("schema/0001_initial.surql") }];

#[derive(Deserialize)]
struct Applied {
    version: u32,
    checksum: String,
}

impl Store {
    pub(super) async fn migrate(&self) -> Result<(), OpenError> {
        let applied = self.applied().await?;
        let known = MIGRATIONS.len() as u32;
        if let Some(newest) = applied.iter().map(|step| step.version).max().filter(|newest| *newest > known) {
            return Err(OpenError::Newer { found: newest, known });
        }
        for Migration { version, text } in MIGRATIONS {
            let checksum = hex::encode(Sha256::digest(text));
            match applied.iter().find(|step| step.version == *version) {
                Some(step) if step.checksum == checksum => {}
                Some(_) => return Err(OpenError::Altered { version: *version }),
                None => self.apply(*version, text, &checksum).await?,
            }
        }
        Ok(())
    }

    async fn applied(&self) -> Result<Vec<Applied>, StoreError> {
        let failed = StoreError::database("the reading of the schema's version");
        let query =
            "DEFINE TABLE IF NOT EXISTS migration SCHEMALESS PERMISSIONS NONE; SELECT version, checksum FROM migration";
        let rows =
            self.db.query(query).await.and_then(|results| results.check()?.take::<Vec<Value>>(1)).map_err(failed)?;
        let read = |row: Value| serde_json::from_value(row.into_json_value());
        let unreadable =
            |error: serde_json::Error| StoreError::Unreadable { table: "migration", why: error.to_string() };
        rows.into_iter().map(|row| read(row).map_err(unreadable)).collect()
    }

    async fn apply(&self, version: u32, text: &'static str, checksum: &str) -> Result<(), StoreError> {
        let failed = StoreError::database("a migration");
        let note = "CREATE type::record('migration', $version) SET version = $version, checksum = $checksum";
        self.db
            .query("BEGIN TRANSACTION")
            .query(text)
            .query(note)
            .query("COMMIT TRANSACTION")
            .bind(("version", i64::from(version)))
            .bind(("checksum", checksum.to_owned()))
            .await
            .and_then(surrealdb::IndexedResults::check)
            .map_err(failed)?;
        Ok(())
    }
}
