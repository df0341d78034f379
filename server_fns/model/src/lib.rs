//! The vocabulary that every other crate speaks: ids, checked names, wishes, facts, phases and
//! what a page shows. Plain data with serde; no IO, no clock, no randomness.

pub mod amount;
pub mod answer;
mod asked;
pub mod assignment;
pub mod engine;
pub mod enrolment;
pub mod event;
pub mod explain;
pub mod feature;
pub mod forward;
pub mod host_key;
pub mod id;
pub mod image;
pub mod instance;
pub mod link;
pub mod listening;
pub mod live;
pub mod may;
pub mod name;
pub mod node;
pub mod observed;
pub mod phase;
pub mod plain;
pub mod port;
pub mod reach;
pub mod refusal;
pub mod request;
pub mod reserved;
pub mod scope;
pub mod stranger;
pub mod terminal;
pub mod ticket;
pub mod typed;
pub mod verb;
pub mod version;
pub mod view;

/// A moment as people mean it. Never used to measure a lease; see `planner::liveness`.
pub type Timestamp = chrono::DateTime<chrono::Utc>;
