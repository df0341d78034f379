//! Which certificates a server may show.

use std::path::Path;
use std::sync::Arc;

use rustls::crypto::aws_lc_rs;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, TlsProvider, parse_pem};

use crate::exit::Failure;

/// Those of that authority alone, or what this computer trusts.
pub(super) fn config(authority: Option<&str>) -> Result<TlsConfig, Failure> {
    let roots = match authority {
        Some(pem) => certificates(pem).map_err(Failure::failed)?,
        None => {
            let found = rustls_native_certs::load_native_certs().certs;
            found.iter().map(|certificate| Certificate::from_der(certificate).to_owned()).collect()
        }
    };
    let provider = Arc::new(aws_lc_rs::default_provider());
    let config = TlsConfig::builder().provider(TlsProvider::Rustls).unversioned_rustls_crypto_provider(provider);
    Ok(config.root_certs(RootCerts::new_with_certs(&roots)).build())
}

/// The text of the file, once it holds a certificate.
pub(crate) fn read(file: &Path) -> Result<String, Failure> {
    let shown = file.display();
    let text = std::fs::read_to_string(file);
    let text = text.map_err(|why| Failure::failed(format!("The certificate {shown} cannot be read: {why}.")))?;
    certificates(&text).map_err(|why| Failure::failed(format!("{shown}: {why}")))?;
    Ok(text)
}

fn certificates(pem: &str) -> Result<Vec<Certificate<'static>>, String> {
    let mut found = Vec::new();
    for item in parse_pem(pem.as_bytes()) {
        match item {
            Ok(PemItem::Certificate(certificate)) => found.push(certificate),
            Ok(_) => return Err("It holds something else than certificates, such as a key.".to_owned()),
            Err(why) => return Err(format!("It is no file of certificates in PEM form: {why}.")),
        }
    }
    if found.is_empty() { Err("It holds no certificate in PEM form.".to_owned()) } else { Ok(found) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_a_certificate_is_refused() {
        for text in ["", "no certificate", "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n"] {
            assert!(config(Some(text)).is_err(), "{text}");
        }
        assert!(read(Path::new("/nowhere/at.pem")).unwrap_err().text.contains("/nowhere/at.pem cannot be read"));
    }
}
