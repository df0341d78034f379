//! A certificate of our own making, for a server that nobody gave one. Nobody vouches for it, so browsers ask once, and
//! nodes are told its fingerprint. It is made once: with another, every node would have to be told again.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use chrono::{Datelike as _, Utc};
use model::Timestamp;
use rcgen::{CertificateParams, DnType, KeyPair, date_time_ymd};

use super::pair::Files;

/// Nothing renews it, and whoever knows its fingerprint looks at no date.
const YEARS: i32 = 20;

/// Why there is none.
#[derive(Debug, thiserror::Error)]
pub enum BadMade {
    #[error("cannot write {}: {source}", path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("cannot make a certificate for {names}: {source}")]
    Make { names: String, source: rcgen::Error },
    #[error("{} is there without {}: put it back, or remove both, and another certificate is made", there.display(), missing.display())]
    Half { there: PathBuf, missing: PathBuf },
}

/// The files of the certificate in the data directory, which are written if they are not there.
///
/// # Errors
/// When they cannot be written, or one of them is missing.
pub fn made(data_dir: &Path, names: &[String]) -> Result<Files, BadMade> {
    made_at(data_dir, names, Utc::now())
}

fn made_at(data_dir: &Path, names: &[String], now: Timestamp) -> Result<Files, BadMade> {
    let dir = data_dir.join("tls");
    let files = Files { certificate: dir.join("certificate.pem"), key: dir.join("key.pem") };
    match (files.certificate.exists(), files.key.exists()) {
        (true, true) => return Ok(files),
        (true, false) => return Err(BadMade::Half { there: files.certificate, missing: files.key }),
        // The key is written first, so this is what an end in between leaves behind.
        (false, true | false) => {}
    }
    std::fs::create_dir_all(&dir).map_err(|source| BadMade::Write { path: dir.clone(), source })?;
    let (certificate, key) = make(names, now).map_err(|source| BadMade::Make { names: names.join(", "), source })?;
    write(&files.key, &key)?;
    write(&files.certificate, &certificate)?;
    Ok(files)
}

fn make(names: &[String], now: Timestamp) -> Result<(String, String), rcgen::Error> {
    let mut params = CertificateParams::new(names.to_vec())?;
    params.distinguished_name.push(DnType::CommonName, "DockHost");
    // A clock elsewhere may be behind, and a year has not always the day of another.
    params.not_before = date_time_ymd(now.year() - 1, 1, 1);
    params.not_after = date_time_ymd(now.year() + YEARS, 1, 1);
    let key = KeyPair::generate()?;
    Ok((params.self_signed(&key)?.pem(), key.serialize_pem()))
}

/// Whole or not at all, for the owner's eyes alone.
fn write(path: &Path, text: &str) -> Result<(), BadMade> {
    let part = path.with_extension("part");
    let written = || {
        let mut file = OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&part)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&part, path)
    };
    written().map_err(|source| BadMade::Write { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::super::Keeper;
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn it_is_made_once_and_for_its_owner_alone() {
        let dir = tempfile::tempdir().unwrap();
        let names = ["192.0.2.7", "2001:db8::1", "dock.example.org", "*.apps.example.net"].map(str::to_owned);
        let now = "2026-02-28T00:00:00Z".parse().unwrap();
        let files = made_at(dir.path(), &names, now).unwrap();
        let first = Keeper::open(files.clone()).unwrap().fingerprint();
        assert_eq!(std::fs::metadata(&files.key).unwrap().permissions().mode() & 0o777, 0o600);
        let again = made_at(dir.path(), &["other.example".to_owned()], now).unwrap();
        assert_eq!(Keeper::open(again).unwrap().fingerprint(), first);
        std::fs::remove_file(&files.key).unwrap();
        assert!(made_at(dir.path(), &names, now).unwrap_err().to_string().contains("remove both"));
        std::fs::remove_file(&files.certificate).unwrap();
        assert_ne!(Keeper::open(made_at(dir.path(), &names, now).unwrap()).unwrap().fingerprint(), first);
        assert!(matches!(made_at(&dir.path().join("new"), &["ä b".to_owned()], now), Err(BadMade::Make { .. })));
    }
}
