//! SurrealDB's engine in this process: bounded in its memory, and on threads of its own.

use std::sync::Arc;
use std::time::Duration;

use surrealdb::Surreal;
use surrealdb::engine::local::Db;
use surrealdb_cnf::ConfigMap;
use surrealdb_engine_local::Datastore;
use tokio::runtime::{Builder, Handle, Runtime};

use super::error::OpenError;
use crate::limits;

/// What is done with it in this process. Cheap to clone.
#[derive(Clone)]
pub(super) struct Embedded {
    session: Surreal<Db>,
    datastore: Arc<Datastore>,
    /// Last, because the others still use them when they are dropped.
    _threads: Arc<Threads>,
}

impl Embedded {
    pub(super) async fn open(address: &str, place: &str) -> Result<Self, OpenError> {
        let failed = |source| OpenError::Connect { place: place.to_owned(), source: Box::new(source) };
        let threads = Threads::new().map_err(|source| OpenError::Threads { source })?;
        // The engine starts its own tasks on the threads on which it is opened.
        let opened = threads.handle.spawn(datastore(address.to_owned())).await;
        let (datastore, session) =
            opened.unwrap_or_else(|failed| std::panic::resume_unwind(failed.into_panic())).map_err(failed)?;
        Ok(Self { session, datastore, _threads: Arc::new(threads) })
    }

    pub(super) const fn session(&self) -> &Surreal<Db> {
        &self.session
    }

    pub(super) async fn close(self, patience: Duration) {
        match tokio::time::timeout(patience, self.datastore.shutdown()).await {
            Ok(Ok(())) => {}
            // The next opening reads its log.
            Ok(Err(error)) => tracing::warn!(%error, "the database was not closed orderly; nothing is lost by that"),
            Err(_) => {
                tracing::warn!("the database still tidied up and was not closed in time; nothing is lost by that")
            }
        }
    }
}

/// As `Surreal::connect` does it, which takes no bounds: without them the engine keeps up to half of the machine's memory
/// of what was read, and up to a gibibyte of what was written (surrealdb-kvs-surrealkv 3.3, `cnf`).
async fn datastore(address: String) -> surrealdb::Result<(Arc<Datastore>, Surreal<Db>)> {
    let bounds = ConfigMap::empty()
        .with_key_value("surrealkv_block_cache_capacity", limits::ENGINE_CACHE.to_string())
        .with_key_value("surrealkv_max_memtable_size", limits::ENGINE_TABLE.to_string());
    // A write of its tasks must not come before the version of what is stored is known.
    let builder = Datastore::builder().with_config(bounds).without_maintenance_tasks();
    let datastore = builder.build_with_path(&address).await.map_err(told)?;
    if let Err(error) = begin(&datastore).await {
        // One that is dropped keeps its lock on the folder as long as this process lives: a thread of its own holds it.
        drop(datastore.shutdown().await);
        return Err(error);
    }
    let session = Surreal::unstable_from_datastore(Arc::clone(&datastore), None).await?;
    Ok((datastore, session))
}

async fn begin(datastore: &Arc<Datastore>) -> surrealdb::Result<()> {
    datastore.check_version().await.map_err(told)?;
    datastore.bootstrap().await.map_err(told)?;
    datastore.start_maintenance_tasks();
    Ok(())
}

fn told(error: impl std::fmt::Display) -> surrealdb::Error {
    surrealdb::Error::internal(error.to_string())
}

/// The engine merges its files within a task, which keeps a thread for seconds; whoever would be served by the same thread
/// would wait as long.
struct Threads {
    handle: Handle,
    runtime: Option<Runtime>,
}

impl Threads {
    fn new() -> std::io::Result<Self> {
        let mut builder = Builder::new_multi_thread();
        builder.worker_threads(limits::ENGINE_THREADS).thread_stack_size(limits::WORKER_STACK);
        let runtime = builder.thread_name("database").enable_all().build()?;
        Ok(Self { handle: runtime.handle().clone(), runtime: Some(runtime) })
    }
}

impl Drop for Threads {
    /// A runtime that is dropped within another one would wait for its threads, which tokio forbids.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
