//! What is to be signed to prove that an account holds a key. Each is for one key of one account of one installation, and
//! for one use; they are kept in memory, so that a restart ends them.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use model::id::{ClusterId, SshKeyId};
use model::name::Username;
use model::refusal::{Refusal, RefusalCode};
use planner::clock::Instant;

use super::ssh_key::signature;

/// How long one can be used. A key that lies on another machine, or in a drawer, is to be fetched first.
pub(crate) const LIFETIME: Duration = Duration::from_secs(15 * 60);
const NONCE: usize = 32;

/// One for each key: another one takes the place of the first.
#[derive(Default)]
pub(crate) struct Challenges {
    open: Mutex<HashMap<SshKeyId, (String, Instant)>>,
}

impl Challenges {
    /// # Errors
    /// When the system gives no random numbers.
    pub(crate) fn give(
        &self,
        cluster: ClusterId,
        account: &Username,
        (key, fingerprint): (SshKeyId, &str),
        now: Instant,
    ) -> Result<String, Refusal> {
        let mut nonce = [0; NONCE];
        let failed = |_| Refusal::new(RefusalCode::Internal, "The operating system gives no random numbers.");
        getrandom::fill(&mut nonce).map_err(failed)?;
        let nonce = hex::encode(nonce);
        let text =
            format!("dockhost-key-proof installation={cluster} account={account} key={fingerprint} once={nonce}");
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|_, (_, until)| *until > now);
        open.insert(key, (text.clone(), Instant(now.0 + LIFETIME)));
        Ok(text)
    }

    /// Uses the challenge up, if the signature is one of it by that key. `public_key` is `type base64`.
    ///
    /// # Errors
    /// With what is wrong with the signature, at the field `signature`.
    pub(crate) fn redeem(&self, key: SshKeyId, public_key: &str, signed: &str, now: Instant) -> Result<(), Refusal> {
        let none = "There is no challenge for this key now: it was used, has expired, or another server gave it. Ask for \
                    another one and sign that.";
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let (text, _) = open
            .get(&key)
            .filter(|(_, until)| *until > now)
            .ok_or_else(|| Refusal::new(RefusalCode::Conflict, none).at("signature"))?;
        signature::verify(public_key, text, signed)?;
        open.remove(&key);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use ssh_key::private::{Ed25519Keypair, KeypairData};
    use ssh_key::{HashAlg, LineEnding, PrivateKey};

    use super::*;
    use crate::auth::ssh_key::signature::NAMESPACE;

    const AT: Instant = Instant(Duration::from_secs(1_000));

    fn id(n: u64) -> SshKeyId {
        SshKeyId::from_bits(n)
    }

    fn key(seed: u8) -> PrivateKey {
        PrivateKey::new(KeypairData::Ed25519(Ed25519Keypair::from_seed(&[seed; 32])), "").unwrap()
    }

    fn give(challenges: &Challenges, account: &str, key: SshKeyId) -> String {
        challenges.give(ClusterId::from_bits(1), &account.parse().unwrap(), (key, "SHA256:x"), AT).unwrap()
    }

    fn signed(key: &PrivateKey, text: &str) -> String {
        key.sign(NAMESPACE, HashAlg::Sha512, text.as_bytes()).unwrap().to_pem(LineEnding::LF).unwrap()
    }

    #[test]
    fn one_is_used_once_and_in_time() {
        let (challenges, own) = (Challenges::default(), key(1));
        let public = own.public_key().to_openssh().unwrap();
        let text = give(&challenges, "ada", id(1));
        let late = Instant(AT.0 + LIFETIME);
        assert!(challenges.redeem(id(1), &public, &signed(&own, &text), late).is_err(), "it has expired");
        assert!(challenges.redeem(id(2), &public, &signed(&own, &text), AT).is_err(), "it is for another row");
        assert_eq!(challenges.redeem(id(1), &public, &signed(&own, &text), AT), Ok(()));
        assert!(challenges.redeem(id(1), &public, &signed(&own, &text), AT).is_err(), "it was used");
    }

    #[test]
    fn a_signature_is_by_that_key_and_of_that_text() {
        let (challenges, own, other) = (Challenges::default(), key(1), key(2));
        let public = own.public_key().to_openssh().unwrap();
        let (text, elsewhere) = (give(&challenges, "ada", id(1)), give(&challenges, "eve", id(2)));
        for bad in [signed(&other, &text), signed(&own, &elsewhere), signed(&own, &text[1..]), String::new()] {
            let refusal = challenges.redeem(id(1), &public, &bad, AT).unwrap_err();
            assert_eq!(refusal.field.as_deref(), Some("signature"));
        }
        assert_eq!(challenges.redeem(id(1), &public, &signed(&own, &format!("{text}\r\n")), AT), Ok(()));
    }
}
