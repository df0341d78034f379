//! After a refused write, such as on a full disk, the embedded engine goes on writing behind a torn record of its log, and
//! at the next start reads no further than that record: everything that it acknowledged since is lost. So nothing is
//! written before it was opened anew.

use super::Store;
use super::error::StoreError;
use super::meta::First;
use crate::limits;

impl Store {
    /// Finds out whether the last write is there, if that is in doubt. If so, the rows are not those that the caller knows.
    pub(crate) async fn become_certain(&mut self) -> Result<bool, StoreError> {
        Ok(self.broken && self.mend().await?)
    }

    /// Opens the embedded database anew. Answers whether the transaction whose answer was lost is in it.
    pub(super) async fn mend(&mut self) -> Result<bool, StoreError> {
        if !self.open_anew(limits::ENGINE_RELEASE).await.map_err(|error| StoreError::Broken(Box::new(error)))? {
            return Ok(false);
        }
        let row = self.cluster_row().await?;
        let is_in = self.has_one_more(&row)?;
        self.become_writer(First { cluster: row.cluster, era: row.era, settings: row.settings, secret: row.secret })
            .await?;
        self.broken = false;
        tracing::warn!("the database was opened anew after it had refused a write");
        Ok(is_in)
    }
}
