//! What one types in the lobby of the SSH gateway, and behind `dockhost` on one's own computer: one grammar for both, and
//! one way to answer people. Either end carries a command out in its own way: the lobby inside the server, the program by
//! the API.

mod command;
mod create;
mod events;
mod forward;
mod keys;
mod people;
mod table;
pub mod told;
mod words;

pub use command::{Command, Typed, parse};
pub use events::Shown;
pub use table::{EXIT, First, OF_THE_LOBBY, Verb, help};
pub use words::plain;
