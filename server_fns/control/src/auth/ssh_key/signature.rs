//! Signatures as `ssh-keygen -Y sign` makes them, with a key of any kind that is taken.

use model::refusal::Refusal;
use ssh_key::{PublicKey, SshSig};

/// Keeps a signature that was made for anything else from counting here.
pub(crate) const NAMESPACE: &str = "dockhost-key";
/// One of an RSA key of 16,384 bits has 4 KiB.
const MAX_BYTES: usize = 16 * 1024;
/// What shells put behind a line that they pass on.
const LINE_ENDS: [&str; 3] = ["", "\n", "\r\n"];

/// Whether the key signed the text, with or without the end of a line behind it.
pub(crate) fn verify(public_key: &str, text: &str, signed: &str) -> Result<(), Refusal> {
    let no = |why: &str| Refusal::field("signature", why);
    if signed.len() > MAX_BYTES {
        return Err(no("The text is longer than 16 KiB; a signature has a few lines."));
    }
    let pem = signed.trim().replace('\r', "");
    let signature = SshSig::from_pem(pem).map_err(|_| {
        no("This is no signature of ssh-keygen, or a part of it is missing. Paste all of it, from -----BEGIN SSH \
            SIGNATURE----- to -----END SSH SIGNATURE-----.")
    })?;
    let key = PublicKey::from_openssh(public_key).map_err(|_| no("The key on record cannot be read."))?;
    if signature.public_key() != key.key_data() {
        return Err(no("This is a signature of another key. Sign with the private half of this one."));
    }
    if signature.namespace() != NAMESPACE {
        return Err(no("The signature was made for something else: use `-n dockhost-key`."));
    }
    if LINE_ENDS.iter().any(|end| key.verify(NAMESPACE, format!("{text}{end}").as_bytes(), &signature).is_ok()) {
        return Ok(());
    }
    Err(no("The signature is not one of this challenge. Sign the text that is shown now, and nothing else."))
}
