//! How people reach their instances through this server. Russh's types stay in `ssh`.

pub(crate) mod apps;
pub(crate) mod files;
pub(crate) mod forwards;
mod permit;
pub(crate) mod ssh;
pub(crate) mod terminal;
