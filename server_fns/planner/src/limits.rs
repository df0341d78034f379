//! Every bound of the main server's decisions, in one place.

use std::time::Duration;

/// Lines of the activity log that are at hand without asking the database.
pub const RECENT_EVENTS: usize = 1_024;
/// Lines of one instance, or of one node, that the node brings about within an hour; those beyond are counted in one.
pub const NODE_LINES_PER_HOUR: u32 = 60;
/// Lines that one answer has at most.
pub const EVENTS_PER_ANSWER: usize = 200;
/// Days for which the lines may be set to be kept.
pub const EVENT_DAYS: std::ops::RangeInclusive<u32> = 1..=3_650;
pub const SSH_KEYS_PER_PERSON: usize = 50;
pub const TOKENS_PER_PERSON: usize = 50;
pub const SESSIONS_PER_PERSON: usize = 50;
pub const NODES_PER_PERSON: usize = 100;
pub const OPEN_INVITES: usize = 100;
pub const INVITE_LIFETIME: Duration = Duration::from_secs(7 * 24 * 3600);
/// How long somebody may take to set another password by a link.
pub const RESET_LIFETIME: Duration = Duration::from_secs(3600);
/// How long a machine may take to change an enrolment code for its node's key.
pub const ENROLMENT_LIFETIME: Duration = Duration::from_secs(15 * 60);
/// A session ends when it was not used for this long,
pub const SESSION_IDLE: Duration = Duration::from_secs(7 * 24 * 3600);
/// and at the latest after this long.
pub const SESSION_LIFETIME: Duration = Duration::from_secs(30 * 24 * 3600);
/// For so long after somebody gave their password, their session makes new ways into the account; then it is asked for again.
pub const PROOF_LIFETIME: Duration = Duration::from_secs(15 * 60);
/// Ten years: a token that is to last longer is made without an end.
pub const TOKEN_DAYS: u32 = 3_650;
/// An expired token is shown for that long, so that its owner finds out why a program is not let in.
pub const TOKEN_KEPT: Duration = Duration::from_secs(30 * 24 * 3600);
/// How long the answer to a create is kept: a repetition a day later finds it, also when the clock has jumped a day.
pub const IDEMPOTENCY_LIFETIME: Duration = Duration::from_secs(3 * 24 * 3600);
pub const MAX_QUOTA: u32 = 1_000;
/// Instances that one node may ever be set to take: an assignment has room for so many with an SSH key each.
pub const MAX_INSTANCES_PER_NODE: u32 = 500;
/// A session or token that is used is written down at most this often.
pub const TOUCH_EVERY: Duration = Duration::from_secs(60);
/// Expired rows are dropped at full hours; nothing accepts one meanwhile.
pub const SWEEP_EVERY: Duration = Duration::from_secs(3600);
/// Answers of one person that are kept; the oldest makes room. Else an account could fill the database with them.
pub const IDEMPOTENCY_KEYS_PER_PERSON: usize = 1_000;
/// Bytes of an idempotency key.
pub const IDEMPOTENCY_KEY: usize = 200;
/// How often the host ports of one instance are moved because another program has them.
pub const CLASHED_BLOCKS_PER_INSTANCE: usize = 32;
/// Nodes that a refusal for want of room tells about, one by one.
pub const NODES_IN_REFUSAL: usize = 10;
/// Names that a message lists before it says how many more there are.
pub const NAMES_IN_MESSAGE: usize = 10;
/// Thousandths of a processor that an instance may be limited to,
pub const CPU_MILLIS: std::ops::RangeInclusive<u32> = 100..=1_024_000;
/// and bytes of memory: below 64 MiB Ubuntu's own services do not run.
pub const MEMORY_BYTES: std::ops::RangeInclusive<u64> = 67_108_864..=17_592_186_044_416;
/// Characters that are kept of what a browser calls itself.
pub const SESSION_AGENT: usize = 200;
/// So many changes of the machine behind one key
pub const TAKEOVERS: usize = 3;
/// within this time mean that two machines take turns.
pub const TAKEOVERS_WITHIN: Duration = Duration::from_secs(600);
/// How long each step ordinarily takes at most; one that takes longer is called overdue, and every way out is shown.
pub const USUAL_PENDING: Duration = Duration::from_secs(30);
/// The image may have to be built first.
pub const USUAL_CREATING: Duration = Duration::from_secs(900);
/// A graceful stop, and a container that will not.
pub const USUAL_STOPPING: Duration = Duration::from_secs(60);
pub const USUAL_DELETING: Duration = Duration::from_secs(90);

/// Ports that are declared for one instance.
pub const PORTS_PER_INSTANCE: usize = 32;
/// Bytes of all SSH keys that one instance lets in: 20 of the longest that are in use (RSA with 4,096 bits).
pub const SSH_KEY_BYTES_PER_INSTANCE: usize = 16 << 10;
/// Bytes that the assignment of a node may take by [`crate::weight`]: it is one message of at most 1 MiB.
pub const ASSIGNMENT_BYTES: usize = 960 << 10;
/// Host ports of one instance beside those of its block.
pub const FORWARDS_PER_INSTANCE: usize = 16;
/// Networks that one of them lets in.
pub const NETWORKS_PER_FORWARD: usize = 32;

/// Names for a message, and how many more there are.
pub(crate) fn listed<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let names: Vec<&str> = names.collect();
    let listed = names.iter().take(NAMES_IN_MESSAGE).copied().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(NAMES_IN_MESSAGE) {
        0 => listed,
        more => format!("{listed} and {more} more"),
    }
}
