//! Certificate and key, as files.

use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use model::Timestamp;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;

use super::{fingerprint, validity};

/// Where they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

/// Why they cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BadPair {
    #[error("cannot read {}: {source}", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("{} holds no certificate in PEM form (a block that begins with -----BEGIN CERTIFICATE-----): {why}", path.display())]
    Certificate { path: PathBuf, why: String },
    #[error("{} holds no private key in PEM form (a block that begins with -----BEGIN PRIVATE KEY-----): {why}", path.display())]
    Key { path: PathBuf, why: String },
    #[error("the key in {} does not belong to the certificate in {}", key.display(), certificate.display())]
    Strangers { certificate: PathBuf, key: PathBuf },
}

/// What they hold.
#[derive(Debug, Clone)]
pub(super) struct Pair {
    pub(super) certified: Arc<CertifiedKey>,
    pub(super) fingerprint: String,
    pub(super) valid: Option<(Timestamp, Timestamp)>,
}

/// By which a change of the files is seen, also one of who may read them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stamp([Option<[i128; 6]>; 2]);

impl Files {
    pub(super) fn stamp(&self) -> Stamp {
        let of = |path: &Path| {
            let found = std::fs::metadata(path).ok()?;
            let times = [found.mtime(), found.mtime_nsec(), found.ctime(), found.ctime_nsec()].map(i128::from);
            let [modified, modified_nsec, changed, changed_nsec] = times;
            Some([modified, modified_nsec, changed, changed_nsec, found.ino().into(), found.size().into()])
        };
        Stamp([of(&self.certificate), of(&self.key)])
    }

    pub(super) fn read(&self) -> Result<Pair, BadPair> {
        let pem = content(&self.certificate)?;
        let no_certificate = |why: String| BadPair::Certificate { path: self.certificate.clone(), why };
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
        let chain = chain.map_err(|error| no_certificate(error.to_string()))?;
        let leaf = chain.first().ok_or_else(|| no_certificate("there is no such block".to_owned()))?;
        let (fingerprint, valid) = (fingerprint(leaf), validity::validity(leaf));
        if valid.is_none() {
            return Err(no_certificate("the block is no X.509 certificate".to_owned()));
        }
        let no_key = |why: String| BadPair::Key { path: self.key.clone(), why };
        let key = PrivateKeyDer::from_pem_slice(&content(&self.key)?).map_err(|error| no_key(error.to_string()))?;
        let key = aws_lc_rs::sign::any_supported_type(&key).map_err(|error| no_key(error.to_string()))?;
        let certified = CertifiedKey::new(chain, key);
        match certified.keys_match() {
            Ok(()) => Ok(Pair { certified: Arc::new(certified), fingerprint, valid }),
            Err(rustls::Error::InconsistentKeys(rustls::InconsistentKeys::KeyMismatch)) => {
                Err(BadPair::Strangers { certificate: self.certificate.clone(), key: self.key.clone() })
            }
            Err(error) => Err(no_certificate(error.to_string())),
        }
    }
}

fn content(path: &Path) -> Result<Vec<u8>, BadPair> {
    std::fs::read(path).map_err(|source| BadPair::Read { path: path.to_owned(), source })
}

#[cfg(test)]
pub(super) mod samples {
    use super::*;

    /// A certificate for `a.example` and its key, valid from the one year to the other.
    pub(in super::super) fn pem(from: i32, to: i32) -> (String, String) {
        let mut params = rcgen::CertificateParams::new(vec!["a.example".to_owned()]).unwrap();
        params.not_before = rcgen::date_time_ymd(from, 1, 1);
        params.not_after = rcgen::date_time_ymd(to, 1, 1);
        let key = rcgen::KeyPair::generate().unwrap();
        (params.self_signed(&key).unwrap().pem(), key.serialize_pem())
    }

    pub(in super::super) fn written(dir: &Path, (certificate, key): (&str, &str)) -> Files {
        let files = Files { certificate: dir.join("certificate.pem"), key: dir.join("key.pem") };
        std::fs::write(&files.certificate, certificate).unwrap();
        std::fs::write(&files.key, key).unwrap();
        files
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::samples::{pem, written};
    use super::*;

    fn why(certificate: &str, key: &str) -> String {
        let dir = tempfile::tempdir().unwrap();
        written(dir.path(), (certificate, key)).read().unwrap_err().to_string()
    }

    #[test]
    fn a_pair_that_belongs_together_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let (certificate, key) = pem(2024, 2034);
        let pair = written(dir.path(), (&certificate, &key)).read().unwrap();
        assert!(pair.fingerprint.starts_with("sha256:") && pair.fingerprint.len() == 71, "{}", pair.fingerprint);
        assert_eq!(pair.valid.unwrap().1.to_rfc3339(), "2034-01-01T00:00:00+00:00");
    }

    #[test]
    fn a_change_of_who_may_read_them_is_seen() {
        let dir = tempfile::tempdir().unwrap();
        let (certificate, key) = pem(2024, 2034);
        let files = written(dir.path(), (&certificate, &key));
        let before = files.stamp();
        assert_eq!(files.stamp(), before);
        // The clock of a file system moves in steps of some milliseconds: again until it has.
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(10);
        while files.stamp() == before {
            assert!(std::time::Instant::now() < deadline, "the change is not seen");
            std::fs::set_permissions(&files.key, std::fs::Permissions::from_mode(0o600)).unwrap();
        }
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        let (certificate, key) = pem(2024, 2034);
        let (other, _) = pem(2024, 2034);
        assert!(why(&other, &key).contains("does not belong to the certificate"));
        assert!(why("", &key).contains("no certificate in PEM form"));
        assert!(why(&key, &key).contains("no certificate in PEM form"));
        assert!(why(&certificate[..certificate.len() / 2], &key).contains("no certificate in PEM form"));
        let garbage = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert!(why(garbage, &key).contains("no X.509 certificate"));
        for bad in ["", "hello", &certificate, &key[..key.len() / 2]] {
            assert!(why(&certificate, bad).contains("no private key in PEM form"), "{bad}");
        }
        let missing = Files { certificate: "/nowhere/c.pem".into(), key: "/nowhere/k.pem".into() };
        assert!(missing.read().unwrap_err().to_string().starts_with("cannot read /nowhere/c.pem: "));
    }
}
