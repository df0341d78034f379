//! After a refused write, such as on a full disk, the embedded engine goes on writing behind a torn record of its log, and
//! at the next start reads no further than that record: everything that it acknowledged since is lost. So nothing is
//! written before it was opened anew.

use surrealdb::Surreal;

use super::connect::choose;
use super::directory::connect_directory;
use super::error::{OpenError, StoreError};
use super::meta::First;
use super::{Location, Store};

impl Store {
    /// Opens the embedded database anew. Answers whether the transaction whose answer was lost is in it.
    pub(super) async fn mend(&mut self) -> Result<bool, StoreError> {
        if !self.open_anew().await? {
            return Ok(false);
        }
        let row = self.cluster_row().await?;
        let (known, written) = (self.commits, row.commit);
        if row.writer != self.writer || written > known + 1 {
            return Err(StoreError::Superseded);
        }
        if written < known {
            return Err(StoreError::Forgotten { lost: known - written });
        }
        self.become_writer(First { cluster: row.cluster, era: row.era, settings: row.settings, secret: row.secret })
            .await?;
        self.broken = false;
        tracing::warn!("the database was opened anew after it had refused a write");
        Ok(written > known)
    }

    /// Gives back the memory in which the embedded engine keeps all that it has read, which is as much as the files hold
    /// and cannot be bounded from here (surrealdb 3.3 takes no such setting). After the start only the log is read, a page at a time.
    pub async fn drop_cache(&mut self) -> Result<(), StoreError> {
        self.open_anew().await.map(drop)
    }

    /// Answers whether it is one that is embedded and in a folder.
    async fn open_anew(&mut self) -> Result<bool, StoreError> {
        let Location::Directory(dir) = self.location.clone() else { return Ok(false) };
        // The engine lets go of its files once nobody holds it.
        let mut readers = self.log.close().await;
        self.db = Surreal::init();
        let unopened = |error: OpenError| StoreError::Broken(Box::new(error));
        let db = connect_directory(&dir).await.map_err(unopened)?;
        choose(&db).await.map_err(unopened)?;
        *readers = db.clone();
        drop(readers);
        self.db = db;
        Ok(true)
    }
}
