//! The acting shell against a real database and real sockets.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod commands;
mod durability;
mod enrolment;
mod fake_node;
mod gateway;
mod harness;
mod live;
mod measure;
mod people;
mod probe;
mod quota;
mod sessions;
