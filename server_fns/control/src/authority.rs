//! Every key of the installation, made from one secret: a restored backup is known to clients as before.

use std::sync::Arc;

use ed25519_dalek::{Signer as _, SigningKey};
use model::host_key::{DOMAIN, HostKey, host_name};
use model::name::{InstanceName, Username};
use model::view::HostKeyView;
use p256::SecretKey;
use planner::world::{Identity, Instance};
use sha2::{Digest, Sha256};
use ssh_key::certificate::{Builder, CertType};
use ssh_key::private::{EcdsaKeypair, Ed25519Keypair, KeypairData};
use ssh_key::{Certificate, HashAlg, PrivateKey, PublicKey};

const SEED: usize = 32;

/// Why a secret gives no keys.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum BadSecret {
    #[error("the secret of the installation is not 32 bytes in hex")]
    Form,
    #[error("the keys of the installation cannot be made: {0}")]
    Keys(#[from] ssh_key::Error),
}

/// The installation's own keys.
pub(crate) struct Authority {
    /// By which clients know the gateway.
    pub(crate) gateway: PrivateKey,
    /// The same for clients that know no Ed25519.
    pub(crate) gateway_ecdsa: PrivateKey,
    /// With which the gateway logs in to instances.
    pub(crate) login: Arc<PrivateKey>,
    /// Signs host keys, the gateway's and those of instances: one line of `known_hosts` names one signer. An instance is
    /// certified below its owner's name alone, which no gateway is called by.
    signer: PrivateKey,
    /// With which links and tickets for visitors of apps are signed.
    pub(crate) links: [u8; SEED],
    /// Tells apps who their visitors are.
    pub(crate) identity: IdentityKey,
}

/// Signs what apps are told, so that they can check it.
pub(crate) struct IdentityKey(SigningKey);

/// What a world carries of them.
pub(crate) fn identity(secret: &str) -> Result<Identity, BadSecret> {
    let login = key(secret, "login")?;
    Ok(Identity { secret: secret.to_owned(), gateway_key: line(login.public_key())?, ..Identity::default() })
}

impl Authority {
    pub(crate) fn new(secret: &str) -> Result<Self, BadSecret> {
        Ok(Self {
            gateway: key(secret, "gateway")?,
            gateway_ecdsa: ecdsa(secret, "gateway ecdsa")?,
            login: Arc::new(key(secret, "login")?),
            signer: key(secret, "authority")?,
            links: seed(secret, "links")?,
            identity: IdentityKey(SigningKey::from_bytes(&seed(secret, "identity")?)),
        })
    }

    /// The line for `known_hosts` that ends every question about keys of this installation.
    pub(crate) fn known_hosts(&self, host: &str, port: u16) -> Result<String, BadSecret> {
        let at = if port == 22 { host.to_owned() } else { format!("[{host}]:{port}") };
        Ok(format!("@cert-authority {at},*.{DOMAIN} {}", line(self.signer.public_key())?))
    }

    /// The gateway's host keys, the one that is preferred first.
    pub(crate) fn gateway_keys(&self) -> Result<Vec<HostKeyView>, BadSecret> {
        let shown = |key: &PrivateKey| {
            let fingerprint = key.fingerprint(HashAlg::Sha256).to_string();
            Ok(HostKeyView { fingerprint, host_key: line(key.public_key())? })
        };
        [&self.gateway, &self.gateway_ecdsa].into_iter().map(shown).collect()
    }

    /// The gateway's certificate for the names by which people reach it.
    pub(crate) fn gateway_certificate(&self, hosts: &[String]) -> Result<Certificate, BadSecret> {
        self.certify(self.gateway.public_key(), "dockhost-gateway", hosts)
    }

    /// A host key for a new instance, and the certificate for the name under which it is reached.
    pub(crate) fn host_key(&self, name: &InstanceName, owner: &Username) -> Result<HostKey, BadSecret> {
        let mut bytes = [0; SEED];
        getrandom::fill(&mut bytes).map_err(|_| BadSecret::Form)?;
        let key = from_seed(&bytes)?;
        let certificate = self.certify_instance(key.public_key(), name, owner)?;
        Ok(HostKey { seed: hex::encode(bytes), public_key: line(key.public_key())?, certificate })
    }

    /// As [`Self::host_key`]. It fails only when the system gives no random numbers, and then there is no other way to
    /// make an instance safely either.
    pub(crate) fn make_host_key(&self, name: &InstanceName, owner: &Username) -> HostKey {
        self.host_key(name, owner).expect("the operating system gives random numbers")
    }

    /// The host key that an instance has already, certified for its name. One that is not known is made anew, and the
    /// instance shows it once it was restarted.
    pub(crate) fn keep_host_key(&self, name: &InstanceName, owner: &Username, public_key: &str) -> HostKey {
        let certified = PublicKey::from_openssh(public_key).map_err(BadSecret::Keys).and_then(|key| {
            let certificate = self.certify_instance(&key, name, owner)?;
            Ok(HostKey { seed: String::new(), public_key: line(&key)?, certificate })
        });
        certified.unwrap_or_else(|_| self.make_host_key(name, owner))
    }

    /// The instance with the certificate that this version gives, if it has another: its key stays.
    pub(crate) fn recertified(&self, instance: &Instance, owner: &Username) -> Option<Instance> {
        let HostKey { public_key, certificate, .. } = &*instance.host_key;
        let name = &instance.spec.name;
        let key = PublicKey::from_openssh(public_key).ok()?;
        let is_current = Certificate::from_openssh(certificate).is_ok_and(|shown| {
            shown.valid_principals() == [host_name(name, owner)]
                && shown.public_key() == key.key_data()
                && shown.signature_key() == self.signer.public_key().key_data()
        });
        if is_current {
            return None;
        }
        let certificate = self.certify_instance(&key, name, owner).ok()?;
        let host_key = HostKey { certificate, ..HostKey::clone(&instance.host_key) };
        Some(Instance { host_key: host_key.into(), ..instance.clone() })
    }

    fn certify_instance(&self, key: &PublicKey, name: &InstanceName, owner: &Username) -> Result<String, BadSecret> {
        let host = host_name(name, owner);
        Ok(self.certify(key, &host, std::slice::from_ref(&host))?.to_openssh()?)
    }

    /// Valid for ever: the key that it names is made once, and ends with what it names.
    fn certify(&self, key: &PublicKey, id: &str, names: &[String]) -> Result<Certificate, BadSecret> {
        let mut nonce = [0; SEED];
        getrandom::fill(&mut nonce).map_err(|_| BadSecret::Form)?;
        let mut builder = Builder::new(nonce, key.key_data().clone(), 0, u64::MAX)?;
        builder.cert_type(CertType::Host)?.key_id(id)?;
        for name in names {
            builder.valid_principal(name.as_str())?;
        }
        Ok(builder.sign(&self.signer)?)
    }
}

impl IdentityKey {
    pub(crate) fn sign(&self, text: &[u8]) -> [u8; 64] {
        self.0.sign(text).to_bytes()
    }

    pub(crate) fn public(&self) -> [u8; SEED] {
        self.0.verifying_key().to_bytes()
    }

    /// By which whoever checks finds the key.
    pub(crate) fn id(&self) -> String {
        hex::encode(Sha256::digest(self.public()).get(..8).unwrap_or_default())
    }
}

/// Each purpose has a key of its own, and none tells anything of another.
fn seed(secret: &str, purpose: &str) -> Result<[u8; SEED], BadSecret> {
    let bytes = hex::decode(secret).ok().filter(|bytes| bytes.len() == SEED).ok_or(BadSecret::Form)?;
    Ok(Sha256::new().chain_update(b"dockhost ").chain_update(purpose).chain_update(bytes).finalize().into())
}

fn key(secret: &str, purpose: &str) -> Result<PrivateKey, BadSecret> {
    from_seed(&seed(secret, purpose)?)
}

fn from_seed(seed: &[u8; SEED]) -> Result<PrivateKey, BadSecret> {
    Ok(PrivateKey::new(KeypairData::Ed25519(Ed25519Keypair::from_seed(seed)), "")?)
}

/// On the curve P-256, which clients of ten years and those under FIPS rules know.
fn ecdsa(secret: &str, purpose: &str) -> Result<PrivateKey, BadSecret> {
    // Nearly every number is a key; where one is not, the next purpose has another.
    let number = |n: u8| seed(secret, &format!("{purpose} {n}")).map(|seed| SecretKey::from_slice(&seed).ok());
    let found = (0..8).map(number).find_map(Result::transpose).ok_or(BadSecret::Form)??;
    let public = found.public_key().into();
    let pair = EcdsaKeypair::NistP256 { public, private: found.into() };
    Ok(PrivateKey::new(KeypairData::Ecdsa(pair), "")?)
}

fn line(key: &PublicKey) -> Result<String, BadSecret> {
    Ok(key.to_openssh()?.trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

    #[test]
    fn one_secret_makes_the_same_keys_and_each_purpose_another() {
        let [one, two] = [Authority::new(SECRET).unwrap(), Authority::new(SECRET).unwrap()];
        assert_eq!(one.gateway_keys().unwrap(), two.gateway_keys().unwrap());
        let keys = [&one.gateway, &*one.login, &one.signer].map(|key| key.fingerprint(HashAlg::Sha256));
        assert!(keys[0] != keys[1] && keys[1] != keys[2] && keys[0] != keys[2]);
    }

    /// Clients remember both, so neither may become another one with a new version of a library.
    #[test]
    fn the_gateway_has_a_key_for_older_clients_too() {
        let keys = Authority::new(SECRET).unwrap().gateway_keys().unwrap();
        let kinds: Vec<_> = keys.iter().filter_map(|key| key.host_key.split(' ').next()).collect();
        assert_eq!(kinds, ["ssh-ed25519", "ecdsa-sha2-nistp256"]);
        let authority = Authority::new(SECRET).unwrap();
        let Some(EcdsaKeypair::NistP256 { private, .. }) = authority.gateway_ecdsa.key_data().ecdsa() else {
            panic!("a key on P-256")
        };
        assert_eq!(private.as_slice(), seed(SECRET, "gateway ecdsa 0").unwrap());
    }

    #[test]
    fn what_is_no_secret_is_refused() {
        for bad in ["", "00", &"g".repeat(64), &"0".repeat(66)] {
            assert!(matches!(Authority::new(bad), Err(BadSecret::Form)), "{bad:?}");
        }
    }

    #[test]
    fn an_instance_is_certified_for_its_own_name_below_its_owners_alone() {
        let authority = Authority::new(SECRET).unwrap();
        let made = authority.host_key(&"web-1".parse().unwrap(), &"ada".parse().unwrap()).unwrap();
        let certificate = Certificate::from_openssh(&made.certificate).unwrap();
        let signer = authority.signer.fingerprint(HashAlg::Sha256);
        certificate.validate_at(1_800_000_000, [&signer]).unwrap();
        assert_eq!(certificate.valid_principals(), ["web-1.ada.dockhost"]);
        assert_eq!(certificate.public_key(), PublicKey::from_openssh(&made.public_key).unwrap().key_data());
        assert!(!format!("{made:?}").contains(&made.seed), "the seed got into a log");
    }

    /// A tenant called like a gateway of one word owns nothing of it.
    #[test]
    fn no_instance_has_a_name_of_the_gateway() {
        let authority = Authority::new(SECRET).unwrap();
        for name in ["gateway", "localhost", "dockhost"] {
            let made = authority.host_key(&name.parse().unwrap(), &"ada".parse().unwrap()).unwrap();
            let certificate = Certificate::from_openssh(&made.certificate).unwrap();
            assert!(!certificate.valid_principals().iter().any(|principal| principal == name), "{name}");
        }
        let gateway = authority.gateway_certificate(&["gateway".to_owned()]).unwrap();
        assert_eq!(gateway.valid_principals(), ["gateway"]);
    }
}
