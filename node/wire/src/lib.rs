//! What both ends of the tunnel do alike with sockets. It knows neither instances nor who may reach them.

pub mod alive;
pub mod door;
pub mod flow;
pub mod forward;
pub mod frame;
pub mod head;
pub mod listen;
pub mod measure;
pub mod meter;
mod network;
pub mod newcomers;
pub mod pass;
mod quiet;

pub use network::network;
pub use quiet::Quiet;
