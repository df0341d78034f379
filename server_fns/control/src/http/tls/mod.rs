//! The certificate of our own TLS: given as files and read again when they change, or made at the first start.

mod keeper;
mod made;
mod pair;
mod validity;

pub use keeper::Keeper;
pub use made::{BadMade, made};
pub use pair::{BadPair, Files};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest as _, Sha256};

/// `sha256:…` of a certificate as it is sent, by which a node knows the server.
pub fn fingerprint(der: &[u8]) -> String {
    format!("sha256:{}", hex::encode(Sha256::digest(der)))
}

/// `sha256//…` of a public key as it stands in a certificate, by which `curl --pinnedpubkey` knows the server.
fn key_pin(public_key: &[u8]) -> String {
    format!("sha256//{}", BASE64_STANDARD.encode(Sha256::digest(public_key)))
}
