//! The way to the server: its address and the key that this node shows there, the certificate by which it is known, and
//! one connection.

mod address;
mod connect;
mod pin;

pub use address::{Address, ApiKey};
pub(crate) use connect::{Socket, connect, ends, tcp};
pub use pin::Pins;
pub(crate) use pin::WrongPin;
