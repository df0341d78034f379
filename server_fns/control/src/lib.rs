//! The acting shell of the main server: it stores, it speaks with nodes and browsers, and it asks `planner` what to
//! do. [`Control::open`] opens the database, [`Opened::run`] starts the one task that writes, and [`Handle`] is the
//! door for everything else.

mod access;
pub mod auth;
mod authority;
mod clock;
mod config;
pub mod console;
mod gateway;
mod handle;
pub mod http;
pub mod limits;
pub mod machine;
mod orchestrator;
mod random;
mod router;
mod running;
mod setup;
mod socket_file;
mod sparse;
pub mod store;
mod tunnel;
mod upgrade;

pub use access::apps::{AppsDomain, BadAppsDomain};
pub use config::{Config, ForwardConfig, SshConfig};
pub use handle::{Handle, Peer, SessionSecrets, Subscription};
pub use http::cookie::Credential;
pub use planner::actor::Actor;
pub use planner::hosts::ConsoleHosts;
pub use running::{Control, Opened, Running};
pub use store::OpenError;
