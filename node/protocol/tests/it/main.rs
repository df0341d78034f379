//! The contract as a peer of another version meets it: golden samples, garbage, and stale frames.

mod plain;
mod samples;
mod session;
mod stream;
