//! Creating instances and wishing something of them.

mod access;
mod create;
mod doors;
mod forwards;
mod ports;
pub mod recover;
mod resettle;
mod spec;
mod wish;

pub use access::start_on_connect;
pub use create::create;
pub use doors::set_door;
pub use forwards::{close_forward, open_forward};
pub use ports::{declare_port, withdraw_port};
pub use wish::wish;
