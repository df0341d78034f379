//! A server that is known by its own certificate, and not by an authority of the web.

use std::fmt;
use std::sync::{Arc, OnceLock};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{WebPkiSupportedAlgorithms, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, OtherError, RootCertStore, SignatureScheme,
};
use sha2::{Digest as _, Sha256};

const KIND: &str = "sha256:";

type Print = [u8; 32];

/// SHA-256 of the certificates of which the server shows one. While it changes its own, there are two.
#[derive(Clone, Default)]
pub struct Pins {
    prints: Arc<[Print]>,
    /// Made once, so that a later connection can go on with the session of an earlier one.
    trust: Arc<OnceLock<Arc<ClientConfig>>>,
}

impl Pins {
    /// Reads them, separated by commas. The error follows the name of the option.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        let read = |one: &str| {
            let hex = one.trim().to_ascii_lowercase();
            let hex = hex.strip_prefix(KIND).filter(|hex| hex.len() == 64)?;
            let mut print = Print::default();
            hex::decode_to_slice(hex, &mut print).ok().map(|()| print)
        };
        let prints: Option<Vec<Print>> = text.split(',').map(read).collect();
        let prints = prints.ok_or_else(|| {
            format!("`{text}` is no fingerprint; write `{KIND}` and 64 hex digits, as the server showed them when it started")
        })?;
        Ok(Self { prints: prints.into(), ..Self::default() })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.prints.is_empty()
    }

    /// What a connection to the server trusts: these certificates, or without one the authorities of the web.
    pub(crate) fn trust(&self) -> Arc<ClientConfig> {
        let pinned = || {
            let algorithms = aws_lc_rs::default_provider().signature_verification_algorithms;
            let only = Pinned { prints: Arc::clone(&self.prints), algorithms };
            let builder = ClientConfig::builder().dangerous().with_custom_certificate_verifier(Arc::new(only));
            Arc::new(builder.with_no_client_auth())
        };
        let public = || {
            let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
            Arc::new(ClientConfig::builder().with_root_certificates(roots).with_no_client_auth())
        };
        Arc::clone(self.trust.get_or_init(|| if self.is_empty() { public() } else { pinned() }))
    }
}

impl PartialEq for Pins {
    fn eq(&self, other: &Self) -> bool {
        self.prints == other.prints
    }
}

impl Eq for Pins {}

impl fmt::Debug for Pins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&list(&self.prints))
    }
}

/// Another certificate than the one that was settled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the server shows the certificate {shown}, and {settled} was settled with --server-fingerprint")]
pub(crate) struct WrongPin {
    pub(crate) shown: String,
    pub(crate) settled: String,
}

impl WrongPin {
    /// Whether this is why there is no connection.
    pub(crate) fn of(error: &std::io::Error) -> Option<&Self> {
        let Error::InvalidCertificate(CertificateError::Other(OtherError(why))) = error.get_ref()?.downcast_ref()?
        else {
            return None;
        };
        why.downcast_ref()
    }
}

#[derive(Debug)]
struct Pinned {
    prints: Arc<[Print]>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl ServerCertVerifier for Pinned {
    /// The certificate itself is known, so its name, its dates and who signed it say nothing more. That the server has
    /// its key is proved by the signatures below.
    fn verify_server_cert(
        &self,
        shown: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let print: Print = Sha256::digest(shown).into();
        if self.prints.contains(&print) {
            return Ok(ServerCertVerified::assertion());
        }
        let wrong = WrongPin { shown: list(&[print]), settled: list(&self.prints) };
        Err(Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(wrong)))))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        shown: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, shown, signed, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        shown: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, shown, signed, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

fn list(prints: &[Print]) -> String {
    prints.iter().map(|print| format!("{KIND}{}", hex::encode(print))).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustls::ServerConfig;
    use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
    use rustls::server::{ClientHello, ResolvesServerCert};
    use rustls::sign::CertifiedKey;
    use tokio::io::AsyncWriteExt as _;
    use tokio_rustls::{TlsAcceptor, TlsConnector};

    struct Made {
        certificate: CertificateDer<'static>,
        key: rcgen::KeyPair,
    }

    /// For another name than is dialled, as those are that servers make themselves.
    fn make() -> Made {
        let key = rcgen::KeyPair::generate().unwrap();
        let certificate =
            rcgen::CertificateParams::new(vec!["elsewhere".to_owned()]).unwrap().self_signed(&key).unwrap();
        Made { certificate: certificate.der().clone(), key }
    }

    fn print(made: &Made) -> String {
        list(&[Sha256::digest(&made.certificate).into()])
    }

    #[derive(Debug)]
    struct Shows(Arc<CertifiedKey>);

    impl ResolvesServerCert for Shows {
        fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
            Some(Arc::clone(&self.0))
        }
    }

    /// What a node's handshake comes to with a server that shows that certificate and has that key.
    async fn shake(
        shown: &Made,
        key: &Made,
        pins: &str,
        version: &'static rustls::SupportedProtocolVersion,
    ) -> std::io::Result<()> {
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.key.serialize_der()));
        let key = aws_lc_rs::default_provider().key_provider.load_private_key(key).unwrap();
        let resolver = Arc::new(Shows(Arc::new(CertifiedKey::new(vec![shown.certificate.clone()], key))));
        let server =
            ServerConfig::builder_with_protocol_versions(&[version]).with_no_client_auth().with_cert_resolver(resolver);
        let (ours, theirs) = tokio::io::duplex(64 << 10);
        let accepting = tokio::spawn(TlsAcceptor::from(Arc::new(server)).accept(theirs));
        let name = ServerName::try_from("localhost").unwrap();
        let shaken = TlsConnector::from(Pins::parse(pins).unwrap().trust()).connect(name, ours).await;
        let said = match shaken {
            Ok(mut wire) => wire.write_all(b"key").await,
            Err(error) => Err(error),
        };
        drop(accepting.await);
        said
    }

    #[tokio::test]
    async fn the_server_is_known_by_its_certificate_and_proves_that_it_has_the_key() {
        let _ = aws_lc_rs::default_provider().install_default();
        let (meant, other) = (make(), make());
        for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
            assert!(shake(&meant, &meant, &print(&meant), version).await.is_ok(), "{version:?}");
            let both = format!("{},{}", print(&other), print(&meant));
            assert!(shake(&meant, &meant, &both, version).await.is_ok(), "{version:?}");
            let wrong = shake(&other, &other, &print(&meant), version).await.unwrap_err();
            let wrong = WrongPin::of(&wrong).unwrap();
            assert_eq!((&wrong.shown, &wrong.settled), (&print(&other), &print(&meant)));
            let stolen = shake(&meant, &other, &print(&meant), version).await.unwrap_err();
            assert!(
                WrongPin::of(&stolen).is_none() && stolen.to_string().to_lowercase().contains("signature"),
                "{stolen}"
            );
            assert!(shake(&meant, &meant, "", version).await.is_err(), "no authority of the web vouches for it");
        }
    }
}
