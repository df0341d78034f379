//! Where the database is, and how it is opened so that nobody else writes to it.

use std::path::PathBuf;
use std::time::Duration;

use model::Timestamp;
use model::request::Settings;
use model::version::Era;

use super::Store;
use super::activity::Log;
use super::connect::{choose, connect_server};
use super::database::Database;
use super::directory::{claim, connect_directory};
use super::embedded::Embedded;
use super::error::{OpenError, StoreError};
use super::meta::{ClusterRow, First};
use super::place::place;
use crate::limits;

/// Where the rows are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// In memory, for tests and trials: gone when the process ends.
    Memory,
    /// In this process, in a folder. Every commit is synced before it returns.
    Directory(PathBuf),
    /// A SurrealDB server, as `ws://user:password@host:8000` or `wss://…`.
    Server(String),
}

impl Store {
    /// Opens the database, brings its schema up to date and becomes its only writer. `first` are the settings of
    /// an installation that has none yet.
    pub async fn open(location: &Location, first: Settings) -> Result<Self, OpenError> {
        let first = First::new(first).map_err(|error| OpenError::Random(error.to_string()))?;
        Self::open_as(location, first).await
    }

    /// As [`Store::open`], for a database that does not exist yet and goes on with an installation whose own was in
    /// the era of `before` or an earlier one. The new era is the second in which it begins, so that this can be done twice.
    pub async fn take_over(location: &Location, before: First, now: Timestamp) -> Result<Self, OpenError> {
        let second = u64::try_from(now.timestamp()).map_or_else(|_| Era::default(), Era);
        let era = second.max(before.era.next());
        if let Location::Directory(dir) = location
            && place(dir).exists()
        {
            return Err(OpenError::NotEmpty { place: place(dir).display().to_string() });
        }
        let store = Self::open_as(location, First { era, ..before }).await?;
        if store.writer > 1 {
            return Err(OpenError::NotEmpty { place: "that address".to_owned() });
        }
        Ok(store)
    }

    async fn open_as(location: &Location, first: First) -> Result<Self, OpenError> {
        let (db, lock) = match location {
            Location::Memory => {
                (Database::Embedded(Embedded::open("mem://", "memory", limits::ENGINE_TABLE).await?), None)
            }
            Location::Directory(dir) => {
                let lock = claim(dir)?;
                (connect_directory(dir, limits::ENGINE_END).await?, Some(lock))
            }
            Location::Server(address) => (connect_server(address).await?, None),
        };
        choose(&db).await?;
        let log = Log::new(db.clone());
        let mut store = Self { db, log, commits: 0, writer: 0, location: location.clone(), broken: None, _lock: lock };
        store.migrate().await?;
        store.become_writer(first).await?;
        Ok(store)
    }

    /// Closes the database, when nobody reads it any more, so that the next opening finds nothing to do.
    pub async fn close(self) {
        match tokio::time::timeout(limits::ENGINE_RELEASE, self.log.close()).await {
            Ok(readers) => drop(readers),
            Err(_) => return tracing::warn!("somebody still reads the database, so that it is not closed"),
        }
        self.db.close(limits::ENGINE_RELEASE).await;
    }

    /// Answers whether it is one that is embedded and in a folder.
    pub(super) async fn open_anew(&mut self, patience: Duration) -> Result<bool, OpenError> {
        let Location::Directory(dir) = self.location.clone() else { return Ok(false) };
        // The engine lets go of its files once nobody holds it.
        let mut readers = self.log.close().await;
        std::mem::replace(&mut self.db, Database::closed()).close(patience).await;
        let db = connect_directory(&dir, patience).await?;
        choose(&db).await?;
        *readers = db.clone();
        drop(readers);
        self.db = db;
        Ok(true)
    }

    /// Whether a database that was opened anew holds one commit more than were acknowledged: that whose answer was lost.
    pub(super) fn has_one_more(&self, row: &ClusterRow) -> Result<bool, StoreError> {
        let (known, written) = (self.commits, row.commit);
        if row.writer != self.writer || written > known + 1 {
            return Err(StoreError::Superseded);
        }
        if written < known {
            return Err(StoreError::Forgotten { lost: known - written });
        }
        Ok(written > known)
    }
}
