//! Who somebody is: passwords, secrets, limits on guessing, SSH public keys. Nothing here knows the store.

pub mod attempts;
pub(crate) mod challenges;
pub mod password;
pub mod secret;
pub mod ssh_key;
pub(crate) mod turns;
