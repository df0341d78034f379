//! Who somebody is: passwords, secrets, limits on guessing, SSH public keys. Nothing here knows the store.

pub mod attempts;
pub(crate) mod challenges;
pub(crate) mod node_key;
pub(crate) mod notes;
pub mod password;
pub(crate) mod peer;
pub mod secret;
pub mod ssh_key;
pub(crate) mod turns;
