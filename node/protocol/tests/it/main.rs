//! The contract as a peer of another version meets it: golden samples, garbage, and stale frames.

mod golden;
mod plain;
mod samples;
mod session;
mod stream;
mod unknown;
mod versions;
