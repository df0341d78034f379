//! After a refused write, such as on a full disk, the embedded engine goes on writing behind a torn record of its log, and
//! at the next start reads no further than that record: everything that it acknowledged since is lost. So nothing is
//! written before it was opened anew.

use tokio::time::Instant;

use super::directory::log_length;
use super::error::StoreError;
use super::meta::First;
use super::{Broken, Location, Store};
use crate::limits;

impl Store {
    /// Finds out whether the last write is there, if that is in doubt. If so, the rows are not those that the caller knows.
    pub(crate) async fn become_certain(&mut self) -> Result<bool, StoreError> {
        match self.broken {
            None => Ok(false),
            Some(broken) if Instant::now() < broken.not_before => Err(StoreError::Resting),
            Some(_) => self.mend().await,
        }
    }

    /// The engine is not to be trusted from now on.
    pub(super) fn distrust(&mut self) {
        self.broken = Some(Broken { not_before: Instant::now(), pause: limits::MEND_FIRST });
    }

    /// Opens the embedded database anew. Answers whether the transaction whose answer was lost is in it.
    pub(super) async fn mend(&mut self) -> Result<bool, StoreError> {
        let mended = self.open_and_compare().await;
        match &mended {
            Ok(_) => {
                self.broken = None;
                tracing::warn!("the database was opened anew after it had refused a write");
            }
            Err(_) => {
                let pause = self.broken.map_or(limits::MEND_FIRST, |broken| broken.pause);
                let (not_before, next) = (Instant::now() + pause, (pause * 2).min(limits::MEND_MAX));
                self.broken = Some(Broken { not_before, pause: next });
            }
        }
        mended
    }

    /// Opens the embedded database anew once its log is long. When its table in memory is full, the engine puts the record that
    /// did not fit any more into the next one, and drops the log that holds it with the full one: a process that is killed
    /// then has lost it, although it was acknowledged (surrealkv 0.21, `LsmCommitEnv::apply`). So the table never gets full.
    pub(super) async fn shorten_log(&mut self) {
        let Location::Directory(dir) = &self.location else { return };
        if self.is_in_doubt() || log_length(dir).is_ok_and(|length| length < limits::ENGINE_LOG) {
            return;
        }
        self.distrust();
        match self.open_and_compare().await {
            Ok(_) => self.broken = None,
            // The next write finds out, as after one that was refused.
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "the database could not be opened anew");
            }
        }
    }

    async fn open_and_compare(&mut self) -> Result<bool, StoreError> {
        if !self.open_anew(limits::ENGINE_RELEASE).await.map_err(|error| StoreError::Broken(Box::new(error)))? {
            return Ok(false);
        }
        let row = self.cluster_row().await?;
        // The lock on the folder keeps everybody else out: another number is ours, of an attempt whose answer was lost, too.
        self.writer = row.writer;
        let is_in = self.has_one_more(&row)?;
        self.become_writer(First { cluster: row.cluster, era: row.era, settings: row.settings, secret: row.secret })
            .await?;
        Ok(is_in)
    }
}
