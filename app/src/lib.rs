//! What people see. The same pages are drawn in a browser, in a desktop window, and on the server for
//! the first paint; `bin/` has a launcher for each.

mod action;
#[cfg(feature = "desktop")]
pub mod desktop;
mod following;
mod format;
mod frame;
mod json;
mod kept;
mod live;
mod pages;
mod parts;
mod proofs;
mod route;
mod script;
#[cfg(feature = "server")]
pub mod server;
mod session;
mod sleep;
mod state;
mod transfers;
mod ui;
mod wishes;
mod written;

pub use session::follow;
pub use ui::App;
