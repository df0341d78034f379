//! The acting shell against a real database and real sockets.

mod commands;
mod durability;
mod fake_node;
mod gateway;
mod harness;
mod live;
mod probe;
