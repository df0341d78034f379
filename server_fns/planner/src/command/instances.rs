//! Creating instances and wishing something of them.

mod create;
pub mod recover;
mod spec;
mod wish;

pub use create::create;
pub use wish::{delete, forget, restart, start, stop};
