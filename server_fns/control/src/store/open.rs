//! Where the database is, and how it is opened so that nobody else writes to it.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use model::id::ClusterId;
use model::request::Settings;
use model::version::Era;
use surrealdb::Surreal;
use surrealdb::engine::any::{self, Any};
use surrealdb::opt::auth::Root;

use super::{Store, error::OpenError, random};
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
        let fresh = ClusterId::from_bits(random::bits64().map_err(|error| OpenError::Random(error.to_string()))?);
        Self::open_as(location, fresh, Era::default(), first).await
    }

    /// As [`Store::open`], for a database that does not exist yet and begins in that era.
    pub(super) async fn create(
        location: &Location,
        cluster: ClusterId,
        era: Era,
        first: Settings,
    ) -> Result<Self, OpenError> {
        if let Location::Directory(dir) = location
            && place(dir).exists()
        {
            return Err(OpenError::NotEmpty { place: place(dir).display().to_string() });
        }
        let store = Self::open_as(location, cluster, era, first).await?;
        if store.writer > 1 {
            return Err(OpenError::NotEmpty { place: "that address".to_owned() });
        }
        Ok(store)
    }

    async fn open_as(location: &Location, cluster: ClusterId, era: Era, first: Settings) -> Result<Self, OpenError> {
        let (db, lock) = match location {
            Location::Memory => (connect("mem://", "memory").await?, None),
            Location::Directory(dir) => {
                let lock = claim_directory(dir)?;
                (connect_directory(dir).await?, Some(lock))
            }
            Location::Server(address) => (connect_server(address).await?, None),
        };
        choose(&db).await?;
        let mut store = Self { db, commits: 0, writer: 0, location: location.clone(), broken: false, _lock: lock };
        store.migrate().await?;
        store.become_writer(cluster, era, first).await?;
        Ok(store)
    }
}

pub(super) async fn choose(db: &Surreal<Any>) -> Result<(), OpenError> {
    db.use_ns("dockhost").use_db("main").await.map(drop).map_err(refused("the chosen address"))
}

/// Where in the data directory the database is.
fn place(dir: &Path) -> PathBuf {
    dir.join("store")
}

fn refused(place: &str) -> impl FnOnce(surrealdb::Error) -> OpenError {
    let place = place.to_owned();
    move |source| OpenError::Connect { place, source: Box::new(source) }
}

async fn connect(address: &str, place: &str) -> Result<Surreal<Any>, OpenError> {
    any::connect(address).await.map_err(refused(place))
}

/// Our own lock, taken before the engine's: it says clearly that another server runs, and the engine's is freed a
/// moment after its last handle is gone.
fn claim_directory(dir: &Path) -> Result<File, OpenError> {
    let shown = dir.display().to_string();
    let failed = |source| OpenError::Directory { dir: shown.clone(), source };
    std::fs::create_dir_all(dir).map_err(failed)?;
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(dir.join("lock")).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse { dir: shown }),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

pub(super) async fn connect_directory(dir: &Path) -> Result<Surreal<Any>, OpenError> {
    let place = place(dir);
    let address = format!("surrealkv://{}?sync=every", place.display());
    let deadline = tokio::time::Instant::now() + limits::ENGINE_RELEASE;
    loop {
        match connect(&address, &place.display().to_string()).await {
            Err(error) if tokio::time::Instant::now() >= deadline => return Err(error),
            Err(OpenError::Connect { source, .. }) if source.message().to_lowercase().contains("lock") => {
                tokio::time::sleep(limits::RETRY_FIRST).await;
            }
            settled => return settled,
        }
    }
}

async fn connect_server(address: &str) -> Result<Surreal<Any>, OpenError> {
    let (scheme, rest) = address.split_once("://").ok_or(OpenError::Address)?;
    if !matches!(scheme, "ws" | "wss") {
        return Err(OpenError::Address);
    }
    let (person, host) = rest.rsplit_once('@').map_or((None, rest), |(person, host)| (Some(person), host));
    let db = connect(&format!("{scheme}://{host}"), host).await?;
    if let Some(person) = person {
        let (username, password) = person.split_once(':').ok_or(OpenError::Address)?;
        let root = Root { username: username.to_owned(), password: password.to_owned() };
        db.signin(root).await.map_err(refused(host))?;
    }
    Ok(db)
}
