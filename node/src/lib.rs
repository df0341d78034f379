//! The worker: dials out to the main server, keeps its assignment in a ledger, and makes the containers of
//! this machine so. What it decides stands in `agent`; here it is carried out.

pub mod channel;
pub mod config;
mod disk;
pub mod docker;
pub mod doctor;
pub mod enrol;
pub mod event;
pub mod event_loop;
pub mod facts;
pub mod files;
pub mod forward;
pub mod handshake;
pub mod images;
pub mod ledger;
pub mod logs;
pub mod process;
mod rights;
pub mod run;
#[cfg(test)]
mod sample;
pub mod server;
pub mod shutdown;
mod stream;
pub mod terminal;
mod transfer;
pub mod tunnel;
pub mod worker;
