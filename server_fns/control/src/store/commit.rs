//! One command, one transaction, one round trip.

use std::collections::HashMap;
use std::time::Duration;

use planner::world::{Change, World};
use surrealdb::types::{QueryError, SurrealValue, Value};

use super::error::StoreError;
use super::write_set::WriteSet;
use super::{Location, Store};
use crate::limits;

/// How one attempt ended, as far as the answer tells.
enum Attempt {
    Done,
    /// Another transaction was in the way; nothing was written.
    Conflict,
    Superseded,
    Claimed(String),
    /// The answer was lost or is not understood: it may have been written.
    Doubtful(StoreError),
}

impl Store {
    /// Writes all of `changes` or nothing. When it returns, what was written is on disk. `before` is the world
    /// without the changes: from it stand which claims are given up.
    pub async fn commit(&mut self, changes: &[Change], before: &World) -> Result<(), StoreError> {
        self.write(WriteSet::new(changes, before)?, before).await
    }

    pub(super) async fn write(&mut self, set: WriteSet, before: &World) -> Result<(), StoreError> {
        if set.is_empty() {
            return Ok(());
        }
        if self.become_certain().await? {
            return Err(StoreError::Stale);
        }
        let settings = super::meta::settings_value(set.settings.unwrap_or(before.settings))?;
        let bindings = Bindings {
            settings,
            newest: i64::try_from(set.newest.0).unwrap_or(i64::MAX),
            released: set.released().into_value(),
            deleted: set.deleted().into_value(),
            claimed: set.claimed().into_value(),
            puts: set
                .into_puts()
                .into_iter()
                .map(|(id, content)| vec![id.into_value(), content])
                .collect::<Vec<_>>()
                .into_value(),
        };
        for round in 0..limits::COMMIT_ATTEMPTS {
            let doubt = match self.attempt(&bindings).await {
                Attempt::Done => {
                    self.commits += 1;
                    self.shorten_log().await;
                    return Ok(());
                }
                Attempt::Superseded => return Err(StoreError::Superseded),
                Attempt::Claimed(which) => return Err(StoreError::Claimed(which)),
                Attempt::Conflict => None,
                Attempt::Doubtful(error) => Some(error),
            };
            if let Some(error) = doubt {
                let written = match self.location {
                    Location::Directory(_) => {
                        self.distrust();
                        self.mend().await
                    }
                    Location::Memory | Location::Server(_) => self.settle().await,
                };
                // The first error says what the person needs to know.
                return match written {
                    Ok(true) => Ok(()),
                    Err(told @ (StoreError::Superseded | StoreError::Forgotten { .. })) => Err(told),
                    Ok(false) | Err(_) => Err(error),
                };
            }
            tokio::time::sleep(self.jitter(round)).await;
        }
        Err(StoreError::Busy)
    }

    async fn attempt(&self, bindings: &Bindings) -> Attempt {
        let values = [
            ("commit", self.commits.into_value()),
            ("writer", self.writer.into_value()),
            ("settings", bindings.settings.clone()),
            ("newest", bindings.newest.into_value()),
            ("released", bindings.released.clone()),
            ("deleted", bindings.deleted.clone()),
            ("claimed", bindings.claimed.clone()),
            ("puts", bindings.puts.clone()),
        ];
        match self.db.ask(include_str!("commit.surql"), values).await {
            Ok(mut results) => judge(results.take_errors()),
            Err(error) => judge(HashMap::from([(0, error)])),
        }
    }

    /// Finds out whether a transaction whose answer was lost was written, however long the database is away: until
    /// that is known, nothing else can be decided.
    async fn settle(&mut self) -> Result<bool, StoreError> {
        let mut round = 0;
        loop {
            match self.cluster_row().await {
                Ok(row) if row.writer != self.writer => return Err(StoreError::Superseded),
                Ok(row) if row.commit == self.commits => return Ok(false),
                Ok(row) if row.commit == self.commits + 1 => {
                    self.commits += 1;
                    return Ok(true);
                }
                Ok(_) => return Err(StoreError::Superseded),
                Err(error) => {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "waiting for the database to say whether the last change was written"
                    );
                }
            }
            tokio::time::sleep(self.jitter(round)).await;
            round += 1;
        }
    }

    /// A pause drawn below a bound that doubles, so that two writers do not meet again.
    fn jitter(&self, round: u32) -> Duration {
        let bound = limits::RETRY_FIRST.saturating_mul(1 << round.min(10)).min(limits::RETRY_MAX);
        bound.mul_f64(f64::from(crate::random::bits32()) / f64::from(u32::MAX))
    }
}

struct Bindings {
    settings: Value,
    /// The highest number that a line of the log has.
    newest: i64,
    released: Value,
    deleted: Value,
    claimed: Value,
    puts: Value,
}

/// The statement that failed says why; the others only say that the transaction failed.
fn judge(errors: HashMap<usize, surrealdb::Error>) -> Attempt {
    if errors.is_empty() {
        return Attempt::Done;
    }
    if errors.values().any(|error| error.query_details() == Some(&QueryError::TransactionConflict)) {
        return Attempt::Conflict;
    }
    if errors.values().any(|error| error.is_thrown() && error.message().contains("superseded")) {
        return Attempt::Superseded;
    }
    if let Some(error) = errors.values().find(|error| error.is_already_exists()) {
        return Attempt::Claimed(error.message().to_owned());
    }
    let telling = |error: &surrealdb::Error| error.query_details() != Some(&QueryError::NotExecuted);
    let error = errors.into_iter().min_by_key(|(index, error)| (!telling(error), *index));
    match error {
        Some((_, error)) => Attempt::Doubtful(StoreError::database("the transaction")(error)),
        None => Attempt::Done,
    }
}
