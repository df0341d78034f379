//! Files into an instance and out of it, by programs that run inside: what a path means there is decided there, and no
//! link in it leads anywhere else.
//!
//! Those programs are the instance's own, so whoever may log in there may put anything in their place. What they say is
//! bounded in bytes and in time, and they end with the wire: see [`program`].

mod get;
mod program;
mod put;

pub(crate) use get::get;
pub(crate) use put::put;
