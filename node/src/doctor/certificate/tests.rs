use super::*;
use crate::doctor::target::target;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier as _;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{AlertDescription, Error, InvalidMessage, RootCertStore};
use std::sync::Arc;
use std::time::Duration;

// The key of either is nowhere: `openssl req -x509` made the authority, which signed b.example for a year.
const AUTHORITY: &[u8] = include_bytes!("authority.pem");
const LEAF: &[u8] = include_bytes!("leaf.pem");
/// A day on which both are valid.
const VALID: u64 = 1_795_656_280;

fn wrong(error: Error) -> String {
    judge(&target("https://a.example"), &std::io::Error::new(ErrorKind::InvalidData, error)).wrong
}

fn certificate(pem: &[u8]) -> CertificateDer<'static> {
    CertificateDer::from_pem_slice(pem).unwrap()
}

/// What the library itself says of a certificate, where that authority is trusted.
fn verify(trusted: &[u8], shown: &[u8], name: &str, at: u64) -> Result<(), Error> {
    let mut roots = RootCertStore::empty();
    roots.add(certificate(trusted)).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
    let name = ServerName::try_from(name.to_owned()).unwrap();
    let at = UnixTime::since_unix_epoch(Duration::from_secs(at));
    verifier.verify_server_cert(&certificate(shown), &[], &name, &[], at).map(drop)
}

#[test]
fn what_the_library_says_of_real_certificates_is_named() {
    let year = 400 * 86_400;
    assert_eq!(verify(AUTHORITY, LEAF, "b.example", VALID), Ok(()));
    let said = |trusted, shown, name, at| wrong(verify(trusted, shown, name, at).unwrap_err());
    assert!(said(AUTHORITY, LEAF, "b.example", VALID + year).contains("certificate expired on 20"));
    assert!(said(AUTHORITY, LEAF, "b.example", VALID - year).contains("valid only from 20"));
    let name = said(AUTHORITY, LEAF, "a.example", VALID);
    assert!(name.contains("it is for b.example, *.b.example, 192.0.2.1, not for a.example"), "{name}");
    assert!(said(LEAF, LEAF, "b.example", VALID).contains("unknown authority"));
    // Self-signed, as `openssl req -x509` makes it by itself.
    assert!(said(LEAF, AUTHORITY, "b.example", VALID).contains("unknown authority"));
}

#[test]
fn an_authority_that_nobody_knows_and_what_has_no_sentence_of_its_own() {
    assert!(wrong(Error::InvalidCertificate(Certificate::UnknownIssuer)).contains("unknown authority"));
    assert!(wrong(Error::InvalidCertificate(Certificate::Revoked)).contains("not valid"));
    assert!(wrong(Error::DecryptError).contains("failed"));
}

#[test]
fn what_is_no_tls_and_what_is_cut_are_told_apart() {
    assert!(wrong(Error::InvalidMessage(InvalidMessage::InvalidContentType)).contains("does not speak TLS"));
    assert!(wrong(Error::AlertReceived(AlertDescription::InternalError)).contains("no certificate for this name"));
    let at = target("https://a.example");
    assert!(judge(&at, &ErrorKind::UnexpectedEof.into()).wrong.contains("was cut"));
    assert!(judge(&at, &ErrorKind::TimedOut.into()).wrong.contains("does not answer"));
}
