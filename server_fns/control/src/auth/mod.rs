//! Who somebody is: passwords, secrets, limits on guessing, SSH public keys. Nothing here knows the store.

pub mod attempts;
pub(crate) mod challenges;
pub(crate) mod node_key;
pub(crate) mod notes;
pub mod password;
pub(crate) mod peer;
pub mod secret;
pub(crate) mod sign_in_requests;
pub mod ssh_key;
pub(crate) mod turns;
