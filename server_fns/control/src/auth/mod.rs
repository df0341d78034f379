//! Who somebody is: passwords, secrets, limits on guessing, SSH public keys. Nothing here knows the store.

pub mod attempts;
pub mod password;
pub mod secret;
pub mod ssh_key;
