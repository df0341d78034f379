//! SurrealDB's engine in this process: bounded in its memory, and on threads of its own.

use std::sync::Arc;
use std::time::Duration;

use surrealdb::Surreal;
use surrealdb::engine::local::Db;
use surrealdb_cnf::ConfigMap;
use surrealdb_engine_local::Datastore;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

use super::error::OpenError;
use crate::limits;

/// Cheap to clone. The last one that is dropped closes it.
#[derive(Clone)]
pub(super) struct Embedded(Arc<Inner>);

struct Inner {
    session: Surreal<Db>,
    /// `None` once it is being closed.
    running: Option<(Arc<Datastore>, Runtime)>,
}

impl Embedded {
    /// `table` is how many bytes of what was written may lie in memory.
    pub(super) async fn open(address: &str, place: &str, table: u64) -> Result<Self, OpenError> {
        let failed = |source| OpenError::Connect { place: place.to_owned(), source: Box::new(source) };
        let runtime = threads().map_err(|source| OpenError::Threads { source })?;
        // The engine starts its own tasks on the threads on which it is opened.
        let opened = runtime.spawn(datastore(address.to_owned(), table)).await;
        match opened.unwrap_or_else(|failed| std::panic::resume_unwind(failed.into_panic())) {
            Ok((datastore, session)) => Ok(Self(Arc::new(Inner { session, running: Some((datastore, runtime)) }))),
            Err(error) => {
                runtime.shutdown_background();
                Err(failed(error))
            }
        }
    }

    pub(super) fn session(&self) -> &Surreal<Db> {
        &self.0.session
    }

    /// Waits until its folder is free, but no longer than `patience`; it is closed then all the same.
    pub(super) async fn close(self, patience: Duration) {
        let Some(mut inner) = Arc::into_inner(self.0) else { return };
        let Some(closed) = inner.end() else { return };
        if tokio::time::timeout(patience, closed).await.is_err() {
            tracing::warn!("the database still merges its files and is closed later");
        }
    }
}

impl Inner {
    /// Closes it on a thread of its own. Whoever waits may give up, and the closing may not: half closed, the engine gives its
    /// folder free while it still merges files there, or keeps it as long as the process lives (surrealkv 0.21, `Core::close`).
    fn end(&mut self) -> Option<oneshot::Receiver<()>> {
        let (datastore, runtime) = self.running.take()?;
        let (done, closed) = oneshot::channel();
        std::thread::spawn(move || {
            if let Err(error) = runtime.block_on(datastore.shutdown()) {
                tracing::warn!(%error, "the database was not closed orderly; its log is read at the next opening");
            }
            drop(datastore);
            // Waits for its tasks, which hold the folder, too.
            drop(runtime);
            let _ = done.send(());
        });
        Some(closed)
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        drop(self.end());
    }
}

/// As `Surreal::connect` does it, which takes no bounds: without them the engine keeps up to half of the machine's memory
/// of what was read, and up to four gibibytes of what was written (surrealdb-kvs-surrealkv 3.3, `cnf`).
async fn datastore(address: String, table: u64) -> surrealdb::Result<(Arc<Datastore>, Surreal<Db>)> {
    let bounds = ConfigMap::empty()
        .with_key_value("surrealkv_block_cache_capacity", limits::ENGINE_CACHE.to_string())
        .with_key_value("surrealkv_max_memtable_size", table.to_string());
    // A write of its tasks must not come before the version of what is stored is known.
    let builder = Datastore::builder().with_config(bounds).without_maintenance_tasks();
    let datastore = builder.build_with_path(&address).await.map_err(told)?;
    match begin(&datastore).await {
        Ok(session) => Ok((datastore, session)),
        Err(error) => {
            // One that is dropped keeps its lock on the folder as long as this process lives: a thread of its own holds it.
            drop(datastore.shutdown().await);
            Err(error)
        }
    }
}

async fn begin(datastore: &Arc<Datastore>) -> surrealdb::Result<Surreal<Db>> {
    datastore.check_version().await.map_err(told)?;
    datastore.bootstrap().await.map_err(told)?;
    datastore.start_maintenance_tasks();
    Surreal::unstable_from_datastore(Arc::clone(datastore), None).await
}

fn told(error: impl std::fmt::Display) -> surrealdb::Error {
    surrealdb::Error::internal(error.to_string())
}

/// The engine merges its files within a task, which keeps a thread for seconds; whoever would be served by the same thread
/// would wait as long.
fn threads() -> std::io::Result<Runtime> {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(limits::ENGINE_THREADS).thread_stack_size(limits::WORKER_STACK);
    builder.thread_name("database").enable_all().build()
}
