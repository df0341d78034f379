//! The deciding cores of the main server and of nodes, run against a simulated engine, network, disk and clock.
//!
//! A [`history::History`] is a list of [`action::Action`]s. Every rule of [`rules`] is checked after each of them; then
//! the faults end, and [`heal`] waits until everything is as it was wished. The same seed gives the same history.

pub mod action;
pub mod draw;
pub mod enabled;
pub mod engine;
pub mod explore;
pub mod heal;
pub mod history;
pub mod link;
pub mod node;
pub mod people;
pub mod play;
pub mod rules;
pub mod scene;
pub mod server;
pub mod shrink;
pub mod worker;
