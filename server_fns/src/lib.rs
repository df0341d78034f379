//! The typed surface: everything a page, a script or the desktop window may ask of the main server.
//!
//! Each function authorises in its first line, parses, and makes one call into `control`. Files, the sockets of
//! terminals, and the addresses of apps and nodes are not here: `control::Api::router` has them.

#![cfg_attr(
    feature = "server",
    expect(unreachable_pub, reason = "the server function macros nest the functions that they make public")
)]

pub mod account;
pub mod apps;
#[cfg(feature = "server")]
pub mod description;
pub mod error;
pub mod events;
mod feed;
pub mod files;
pub mod gateway;
#[cfg(feature = "server")]
pub mod host;
pub mod images;
pub mod instances;
pub mod live;
pub mod nodes;
pub mod people;
pub mod settings;
pub mod sign_in_requests;
pub mod ssh_keys;
pub mod terminal;
pub mod tokens;

pub use dioxus::fullstack::Json;
pub use error::ApiError;
