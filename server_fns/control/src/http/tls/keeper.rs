//! The certificate that is shown now. Files are read again when they change; a new pair that is not whole changes nothing.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use chrono::Utc;
use model::Timestamp;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio::sync::Notify;

use super::pair::{BadPair, Files, Pair, Stamp};

/// How often it is looked whether the files have changed.
const LOOK: Duration = Duration::from_secs(5);
/// How long before its end it is said that a certificate will expire, and how often it is said again.
const SOON: chrono::TimeDelta = chrono::TimeDelta::days(7);
const AGAIN: chrono::TimeDelta = chrono::TimeDelta::days(1);

#[derive(Debug)]
pub struct Keeper {
    files: Files,
    shown: RwLock<ServedPair>,
    look: Notify,
}

#[derive(Debug)]
struct ServedPair {
    pair: Pair,
    /// Of the files when they were last read, whether that was of use or not.
    stamp: Stamp,
    /// They could not be read the last time. What was in the way, such as a lack of file descriptors, may go without a
    /// trace on the files.
    unread: bool,
    warned: Option<Timestamp>,
}

/// What became of files that changed.
#[derive(Debug)]
enum Read {
    Same,
    Taken(String),
    Kept(BadPair),
}

impl Keeper {
    /// # Errors
    /// When the files hold no pair that can be used.
    pub fn open(files: Files) -> Result<Self, BadPair> {
        let stamp = files.stamp();
        let pair = files.read()?;
        Ok(Self {
            files,
            shown: RwLock::new(ServedPair { pair, stamp, unread: false, warned: None }),
            look: Notify::new(),
        })
    }

    pub fn fingerprint(&self) -> String {
        self.shown.read().unwrap_or_else(PoisonError::into_inner).pair.fingerprint.clone()
    }

    /// Of the public key in the certificate, as `curl` takes it.
    pub fn key_pin(&self) -> Option<String> {
        let shown = self.shown();
        let key = shown.key.public_key()?;
        Some(super::key_pin(key.as_ref()))
    }

    /// As its file has it.
    pub fn certificate(&self) -> std::io::Result<String> {
        std::fs::read_to_string(&self.files.certificate)
    }

    /// What is shown to whoever connects.
    pub(in crate::http) fn shown(&self) -> Arc<CertifiedKey> {
        Arc::clone(&self.shown.read().unwrap_or_else(PoisonError::into_inner).pair.certified)
    }

    /// Looks at once whether the files have changed.
    pub fn look(&self) {
        self.look.notify_one();
    }

    /// Keeps up with the files, until it is dropped.
    pub async fn keep(&self) {
        loop {
            match self.read_again() {
                Read::Same => {}
                Read::Taken(fingerprint) => tracing::info!(fingerprint, "the certificate was read again"),
                Read::Kept(error) => {
                    tracing::warn!(%error, "the new certificate cannot be used; the one before is shown on");
                }
            }
            if let Some(warning) = self.warning(Utc::now()) {
                tracing::warn!(certificate = %self.files.certificate.display(), "{warning}");
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                () = self.look.notified() => {}
            }
        }
    }

    fn read_again(&self) -> Read {
        let stamp = self.files.stamp();
        let mut shown = self.shown.write().unwrap_or_else(PoisonError::into_inner);
        let changed = shown.stamp != stamp;
        if !changed && !shown.unread {
            return Read::Same;
        }
        shown.stamp = stamp;
        let read = self.files.read();
        shown.unread = matches!(read, Err(BadPair::Read { .. }));
        match read {
            // It was said when they changed.
            Err(BadPair::Read { .. }) if !changed => Read::Same,
            Err(error) => Read::Kept(error),
            // The whole chain: whoever corrects what signed the certificate leaves the certificate as it is.
            Ok(pair) if pair.certified.cert == shown.pair.certified.cert => Read::Same,
            Ok(pair) => {
                (shown.pair, shown.warned) = (pair, None);
                Read::Taken(shown.pair.fingerprint.clone())
            }
        }
    }

    /// What is to be said of its validity, if it was not said lately.
    fn warning(&self, now: Timestamp) -> Option<String> {
        let mut shown = self.shown.write().unwrap_or_else(PoisonError::into_inner);
        let (first, last) = shown.pair.valid?;
        let day = |at: Timestamp| at.format("%Y-%m-%d").to_string();
        let warning = if last < now {
            format!("the certificate expired on {}: browsers and nodes refuse it", day(last))
        } else if first > now {
            format!("the certificate is valid only from {} on: is the clock right?", day(first))
        } else if last - now < SOON {
            format!("the certificate expires on {}", day(last))
        } else {
            return None;
        };
        if shown.warned.is_some_and(|warned| now - warned < AGAIN) {
            return None;
        }
        shown.warned = Some(now);
        Some(warning)
    }
}

impl ResolvesServerCert for Keeper {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.shown())
    }
}

#[cfg(test)]
mod tests {
    use super::super::pair::samples::{pem, written};
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_new_pair_is_taken_once_it_is_whole() {
        let dir = tempfile::tempdir().unwrap();
        let (old, new) = (pem(2024, 2034), pem(2024, 2035));
        let keeper = Keeper::open(written(dir.path(), (&old.0, &old.1))).unwrap();
        let first = keeper.fingerprint();
        assert!(matches!(keeper.read_again(), Read::Same));
        // Half a certificate, then the new one beside the old key, then nothing at all.
        for (certificate, key) in [(&new.0[..100], &*old.1), (&*new.0, &*old.1), ("", "")] {
            written(dir.path(), (certificate, key));
            assert!(matches!(keeper.read_again(), Read::Kept(_)), "{certificate}");
            assert!(matches!(keeper.read_again(), Read::Same), "it is said once");
            assert_eq!(keeper.fingerprint(), first);
        }
        written(dir.path(), (&old.0, &old.1));
        assert!(matches!(keeper.read_again(), Read::Same), "it is what is shown already");
        std::fs::remove_file(dir.path().join("key.pem")).unwrap();
        assert!(matches!(keeper.read_again(), Read::Kept(BadPair::Read { .. })));
        written(dir.path(), (&new.0, &new.1));
        assert!(matches!(keeper.read_again(), Read::Taken(fingerprint) if fingerprint != first));
        assert_ne!(keeper.fingerprint(), first);
    }

    #[test]
    fn another_chain_for_the_same_certificate_is_taken() {
        let dir = tempfile::tempdir().unwrap();
        let (pair, wrong, right) = (pem(2024, 2034), pem(2024, 2035), pem(2024, 2036));
        let chain = |signer: &str| format!("{}{signer}", pair.0);
        let keeper = Keeper::open(written(dir.path(), (&chain(&wrong.0), &pair.1))).unwrap();
        let before = keeper.shown();
        written(dir.path(), (&format!("\n{}", chain(&wrong.0)), &pair.1));
        assert!(matches!(keeper.read_again(), Read::Same), "an empty line is no other chain");
        for (signer, certificates) in [(&*right.0, 2), ("", 1)] {
            written(dir.path(), (&chain(signer), &pair.1));
            assert!(matches!(keeper.read_again(), Read::Taken(fingerprint) if fingerprint == keeper.fingerprint()));
            assert_eq!(keeper.shown().cert.len(), certificates);
            assert_ne!(keeper.shown().cert, before.cert);
        }
    }

    #[test]
    fn files_that_could_not_be_read_are_tried_again() {
        let dir = tempfile::tempdir().unwrap();
        let (old, new) = (pem(2024, 2034), pem(2024, 2035));
        let keeper = Keeper::open(written(dir.path(), (&old.0, &old.1))).unwrap();
        let key = dir.path().join("key.pem");
        std::fs::remove_file(&key).unwrap();
        assert!(matches!(keeper.read_again(), Read::Kept(BadPair::Read { .. })));
        assert!(matches!(keeper.read_again(), Read::Same), "it is said once");
        let files = written(dir.path(), (&new.0, &new.1));
        // As after a failure that leaves the files as they are.
        keeper.shown.write().unwrap().stamp = files.stamp();
        assert!(matches!(keeper.read_again(), Read::Taken(_)));
        assert!(matches!(keeper.read_again(), Read::Same));
    }

    #[test]
    fn its_end_is_said_once_a_day() {
        let dir = tempfile::tempdir().unwrap();
        let pair = pem(2024, 2034);
        let keeper = Keeper::open(written(dir.path(), (&pair.0, &pair.1))).unwrap();
        assert_eq!(keeper.warning(at("2033-12-01T00:00:00Z")), None);
        assert_eq!(keeper.warning(at("2033-12-28T00:00:00Z")).unwrap(), "the certificate expires on 2034-01-01");
        assert_eq!(keeper.warning(at("2033-12-28T12:00:00Z")), None);
        assert!(keeper.warning(at("2034-01-02T00:00:00Z")).unwrap().contains("expired on 2034-01-01"));
        assert!(keeper.warning(at("2023-01-01T00:00:00Z")).is_none(), "it was said within a day, by the clock of then");
    }
}
