//! The deciding core of a node. It is told what is wished, what the engine says and what the time is,
//! and answers with the one step to take next. No IO, no clock, no randomness.

pub mod accept;
pub mod adopt;
pub mod backoff;
pub mod converge;
pub mod facts;
pub mod first;
pub mod handshake;
pub mod local;
pub mod node;
pub mod problem;
pub mod report;
pub mod reports;
pub mod restart;
pub mod row_file;
pub mod step;
pub mod worker;
