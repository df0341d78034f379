//! What can go wrong between the server and its database.

/// The database was asked for something and did not do it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the database did not carry out {doing}")]
    Database {
        doing: &'static str,
        #[source]
        source: Box<surrealdb::Error>,
    },
    #[error(
        "another server has written to this database since this one opened it; only one may, so this one stops writing"
    )]
    Superseded,
    #[error("the database was opened anew after it had refused a write, and holds a change that was called refused")]
    Stale,
    #[error("the database was opened anew, and lacks {lost} changes that it had acknowledged")]
    Forgotten { lost: i64 },
    #[error("the database refused a write and cannot be opened anew yet")]
    Broken(#[source] Box<OpenError>),
    #[error("the database refused a write and is opened anew in a moment")]
    Resting,
    #[error("the database was busy with other transactions at every attempt")]
    Busy,
    #[error("two rows claim the same name or port: {0}")]
    Claimed(String),
    #[error("a row of the table {table} cannot be kept as it is: {why}")]
    Unfit { table: &'static str, why: String },
    #[error("a row of the table {table} cannot be read: {why}")]
    Unreadable { table: &'static str, why: String },
}

impl StoreError {
    pub(super) fn database(doing: &'static str) -> impl FnOnce(surrealdb::Error) -> Self {
        move |source| Self::Database { doing, source: Box::new(source) }
    }
}

/// Why the server cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error(
        "the SSH gateway cannot listen on {address}; is another server running there? Choose another with --ssh-listen"
    )]
    SshListen {
        address: std::net::SocketAddr,
        #[source]
        source: std::io::Error,
    },
    #[error(
        "the host ports {} to {} on {}, which instances may open, contain {own}, where this server listens itself; choose a \
         range without it with --forward-listen",
        .forwards.range.first, .forwards.range.last, .forwards.bind
    )]
    OwnPort { forwards: crate::host_ports::ForwardConfig, own: std::net::SocketAddr },
    #[error("{0}; restore the database from a backup")]
    Secret(String),
    #[error("the data directory {dir} cannot be used")]
    Directory {
        dir: String,
        #[source]
        source: std::io::Error,
    },
    #[error(
        "other users of this machine can read the data directory {dir} (mode {mode:o}), and it {why}: choose a folder of its own \
         with --data-dir, or close this one with chmod 700"
    )]
    Readable { dir: String, mode: u32, why: &'static str },
    #[error(
        "the data directory {dir} is in use by another DockHost server; stop that one, or choose another with --data-dir"
    )]
    InUse { dir: String },
    #[error(
        "there is a database in {place} already; only an empty place is filled, so move that one away or choose another with --data-dir"
    )]
    NotEmpty { place: String },
    #[error("the database address must be like ws://user:password@host:8000")]
    Address,
    #[error("the database at {place} cannot be opened")]
    Connect {
        place: String,
        #[source]
        source: Box<surrealdb::Error>,
    },
    #[error(
        "the system gives the database no threads: end other programs, or raise the limit of processes (ulimit -u)"
    )]
    Threads {
        #[source]
        source: std::io::Error,
    },
    #[error(
        "the log of the database at {place} cannot be brought into its tables; the disk may be full. Make room, and start again"
    )]
    Unsettled { place: String },
    #[error(
        "the database has schema {found}, made by a newer DockHost; this one knows {known}. Start the newer version"
    )]
    Newer { found: u32, known: u32 },
    #[error(
        "migration {version} of the database is not the one that this DockHost carries; restore it from a backup of this version"
    )]
    Altered { version: u32 },
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the system gives no random numbers: {0}")]
    Random(String),
}
