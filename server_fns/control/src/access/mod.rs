//! How people reach their instances through this server. Russh's types stay in `ssh` and in `authority`.

pub(crate) mod apps;
pub(crate) mod authority;
pub(crate) mod files;
pub(crate) mod forwards;
mod permit;
pub(crate) mod ssh;
pub(crate) mod terminal;
mod tickets;

pub(crate) use tickets::Tickets;
