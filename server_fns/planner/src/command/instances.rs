//! Creating instances and wishing something of them.

pub(super) mod access;
pub(super) mod create;
pub(super) mod doors;
pub(super) mod forwards;
pub(super) mod keys;
pub(super) mod ports;
pub mod recover;
mod resettle;
mod spec;
pub(super) mod wish;

pub(super) use create::check_name;
pub(super) use spec::own_keys;
