//! Every bound of the acting shell, in one place. Those of decisions are in `planner::limits`, those of the node
//! channel in `protocol::limits`.

use std::time::Duration;

/// Stack of a worker thread. The database engine recurses deeply in a build without optimisation, and 2 MiB, the
/// runtime's default, do not suffice.
pub const WORKER_STACK: usize = 10 << 20;

/// How often one transaction is tried when others are in its way.
pub const COMMIT_ATTEMPTS: u32 = 8;
/// First and longest pause between two tries; drawn at random below the current one.
pub const RETRY_FIRST: Duration = Duration::from_millis(10);
pub const RETRY_MAX: Duration = Duration::from_secs(2);
/// How long a store that was just closed in this process may take to free its folder, where commands wait for it.
pub const ENGINE_RELEASE: Duration = Duration::from_secs(10);
/// The same at the start of the process: an engine ends what it tidies up first (surrealkv waits for that without a bound).
pub const ENGINE_END: Duration = Duration::from_mins(5);
/// How long a database that refused a write is let alone after it could not be opened anew, at first and at most. A node
/// hangs up after three heartbeats without an answer, and nobody is heard while it is tried.
pub const MEND_FIRST: Duration = Duration::from_secs(1);
pub const MEND_MAX: Duration = Duration::from_secs(8);
/// Bytes of what was read that the embedded database keeps in memory, and of what was written that it can keep there.
pub const ENGINE_CACHE: u64 = 4 << 20;
pub const ENGINE_TABLE: u64 = 256 << 20;
/// Bytes of its log with which it is opened anew, which brings them into a file. They take four times as much memory at the
/// most, so that the table in memory is never full.
pub const ENGINE_LOG: u64 = ENGINE_TABLE / 8;
/// Threads of the embedded database: one may write a file, one may merge files, and one is there for the rest.
pub const ENGINE_THREADS: usize = 3;
/// How often the embedded database is opened until its log is empty.
pub const OPENINGS: u32 = 3;

/// Requests that wait for the orchestrator. Beyond it people are asked to try again.
pub const QUEUE: usize = 1_024;
/// Requests that are decided before the nodes are looked after.
pub const BURST: usize = 64;
/// How long a request waits for its place in the queue and for its answer, each.
pub const ANSWER: Duration = Duration::from_secs(30);
/// How long it is believed that the database answers, or does not.
pub const READY_FOR: Duration = Duration::from_secs(1);
/// How soon a plan that could not be committed is tried again.
pub const RETRY_PLAN: Duration = Duration::from_secs(1);

/// How often it is looked whether lines of the activity log are older than they are kept,
pub const FORGET_EVERY: Duration = Duration::from_secs(3600);
/// how soon the next ones go where there are more, and how many go at once.
pub const FORGET_MORE: Duration = Duration::from_secs(1);
pub const FORGET_AT_ONCE: usize = 500;

/// Bytes of a node's frames that are read at once.
pub const CHANNEL_READ_BUFFER: usize = 4 << 10;
/// Bytes that may wait in one node's socket: an assignment of the largest size and what else is said meanwhile.
pub const CHANNEL_WRITE_BUFFER: usize = 4 << 20;
/// How long one frame may take to leave before the connection counts as dead.
pub const CHANNEL_SEND: Duration = Duration::from_secs(10);
/// Names of unknown containers that are kept of one report.
pub const STRANGERS: usize = 100;

/// Bytes of one line on the administrator's socket.
pub const CONSOLE_LINE: u64 = 64 * 1024;
/// How long one administrator's request may take.
pub const CONSOLE_ANSWER: Duration = Duration::from_secs(60);
/// How long the connections have to end when the server stops.
pub const STOP: Duration = Duration::from_secs(5);

/// Bytes of one file that is moved through a page, and how long it may stand still on the way.
pub const FILE: u64 = 64 << 30;
pub const FILE_PAUSE: Duration = Duration::from_secs(60);

/// Connections and exchanges of datagrams that one instance may hold on the server's host ports together.
pub const CONNECTIONS_PER_INSTANCE: usize = 512;
/// How soon a host port of the server that could not be opened is tried again.
pub const LISTEN_AGAIN: Duration = Duration::from_secs(10);

/// Images that a node says it has. How long each of its texts may be, `protocol::limits` says.
pub const FACTS_IMAGES: usize = 64;
