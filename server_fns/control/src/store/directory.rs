//! The embedded database's folder: who may use it, and how it is opened so that what is written to it stays.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::database::Database;
use super::embedded::Embedded;
use super::error::OpenError;
use super::place::{place, unusable};
use super::private::{close_store, keep_private};
use crate::limits;

/// A record takes so many times as much memory as log, at the most: beside its text it has up to 199 bytes there.
const TABLE_OF_LOG: u64 = 4;

/// Our own lock, taken before the engine's: it says clearly that another server runs, and the engine's is freed a
/// moment after its last handle is gone.
pub(super) fn claim(dir: &Path) -> Result<File, OpenError> {
    let failed = unusable(dir);
    keep_private(dir)?;
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(dir.join("lock")).map_err(&failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse { dir: dir.display().to_string() }),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

/// Opens it with an empty log. What a killed process or a full disk left in the log is first brought into the tables, by
/// opening and closing once. For the engine goes on behind whatever it finds: behind less than a record's head it reads
/// nothing any more, and a torn log it replaces by a new file while it writes to the old one. Either way everything that
/// it acknowledges then is lost with the process (surrealkv 0.21, `wal::reader` and `CoreInner::new`).
pub(super) async fn connect_directory(dir: &Path, patience: Duration) -> Result<Database, OpenError> {
    for _ in 0..limits::OPENINGS {
        let (db, found) = open(dir, patience).await?;
        let now: BTreeSet<PathBuf> = log_files(dir)?.into_keys().collect();
        if !now.is_empty() && found.is_disjoint(&now) {
            close_store(dir)?;
            return Ok(db);
        }
        db.close(patience).await;
    }
    Err(OpenError::Unsettled { place: place(dir).display().to_string() })
}

/// Waits until an earlier handle in this process has let go of it, but no longer than `patience`. Answers also which files
/// of the log held something before.
async fn open(dir: &Path, patience: Duration) -> Result<(Database, BTreeSet<PathBuf>), OpenError> {
    let place = place(dir);
    let address = format!("surrealkv://{}?sync=every", place.display());
    let deadline = tokio::time::Instant::now() + patience;
    loop {
        let found: BTreeMap<PathBuf, u64> = log_files(dir)?.into_iter().filter(|(_, length)| *length > 0).collect();
        // A file of the log that does not fit is lost in part if the process is killed (surrealkv 0.21, `wal::recovery`).
        let longest = found.values().max().copied().unwrap_or_default();
        let table = limits::ENGINE_TABLE.max(longest.saturating_mul(TABLE_OF_LOG));
        match Embedded::open(&address, &place.display().to_string(), table).await {
            Err(error) if tokio::time::Instant::now() >= deadline => return Err(error),
            Err(OpenError::Connect { source, .. }) if source.message().contains("already locked") => {
                tokio::time::sleep(limits::RETRY_FIRST).await;
            }
            settled => return settled.map(|embedded| (Database::Embedded(embedded), found.into_keys().collect())),
        }
    }
}

/// Bytes of the log that were not yet brought into the tables.
pub(super) fn log_length(dir: &Path) -> Result<u64, OpenError> {
    Ok(log_files(dir)?.into_values().sum())
}

/// The files of the log and their lengths in bytes.
fn log_files(dir: &Path) -> Result<BTreeMap<PathBuf, u64>, OpenError> {
    let mut files = BTreeMap::new();
    let listed = match std::fs::read_dir(place(dir).join("wal")) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(files),
        listed => listed.map_err(unusable(dir))?,
    };
    for file in listed {
        let file = file.map_err(unusable(dir))?;
        match file.metadata() {
            // An earlier handle that closes removes them.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            found => drop(files.insert(file.path(), found.map_err(unusable(dir))?.len())),
        }
    }
    Ok(files)
}
