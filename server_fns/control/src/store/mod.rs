//! The only place that knows SurrealDB. Rows go in as [`planner::world::Change`] and come out as a
//! [`planner::world::World`].

mod activity;
mod backup;
mod claim;
mod commit;
mod connect;
mod database;
mod directory;
mod earlier;
mod embedded;
mod error;
mod load;
mod mend;
mod meta;
mod migrate;
mod open;
mod place;
mod private;
mod remote;
mod row;
mod rows;
#[cfg(test)]
pub(crate) mod tests;
mod write_set;

use std::fs::File;
use std::time::Duration;

use tokio::time::Instant;

pub(crate) use activity::{Log, Of, Order};
pub use backup::{Backup, BackupError};
use database::Database;
pub use error::{OpenError, StoreError};
pub use meta::First;
pub use open::Location;
pub use private::keep_private;
pub use remote::may_dial;

/// When an engine that refused a write is opened anew. Nobody else is heard meanwhile, so a disk that stays full is not
/// tried all the time.
#[derive(Debug, Clone, Copy)]
struct Broken {
    not_before: Instant,
    /// How long is waited after the next attempt that fails.
    pause: Duration,
}

/// An open database of which this process is the only writer.
pub struct Store {
    db: Database,
    log: Log,
    /// As `meta:cluster` has it; every commit compares both.
    commits: i64,
    writer: i64,
    /// Where it was opened.
    location: Location,
    /// The engine refused a write and is not to be trusted before it was opened anew.
    broken: Option<Broken>,
    /// Freed by the system when the process ends, however it ends.
    _lock: Option<File>,
}

impl Store {
    /// For those who read the activity log while this writes it.
    pub(crate) fn log(&self) -> Log {
        self.log.clone()
    }

    /// Whether the last write may be there after all.
    pub(crate) const fn is_in_doubt(&self) -> bool {
        self.broken.is_some()
    }

    /// When it may be found out, if that is in doubt.
    pub(crate) fn certain_from(&self) -> Option<Instant> {
        self.broken.map(|broken| broken.not_before)
    }
}

#[cfg(test)]
impl Store {
    /// How many transactions were written.
    pub(crate) const fn commits(&self) -> i64 {
        self.commits
    }

    /// As if the answer to the last transaction had been lost.
    pub(crate) fn doubt(&mut self) {
        self.commits -= 1;
        self.distrust();
    }
}
