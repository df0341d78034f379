//! The acting shell of the main server: it stores, it speaks with nodes and browsers, and it asks `planner` what to
//! do. [`Control::open`] opens the database, [`Opened::run`] starts the one task that writes, and [`Api`] is the door
//! for everything else.

mod access;
mod accounts;
mod activity;
mod api;
pub mod auth;
mod authority;
mod clock;
mod command_line;
mod config;
pub mod console;
mod core;
mod host_ports;
pub mod http;
mod installation;
mod instances;
pub mod limits;
mod live;
pub mod machine;
mod nodes;
pub mod operator;
mod orchestrator;
mod people;
mod random;
mod routes;
mod running;
mod socket_file;
mod sparse;
pub mod store;
mod tickets;
mod tunnel;
mod upgrade;

pub use access::apps::{AppsDomain, BadAppsDomain};
pub use accounts::SessionSecrets;
pub use api::{Api, ROUTES};
pub use auth::peer::Peer;
pub use config::{Config, SshConfig};
pub use host_ports::ForwardConfig;
pub use http::cookie::Credential;
pub use live::{Subscription, Told};
pub use planner::actor::Actor;
pub use planner::hosts::ConsoleHosts;
pub use planner::permission::{Grant, Proof, Row, row};
pub use running::{Control, Opened, Running};
pub use store::OpenError;
