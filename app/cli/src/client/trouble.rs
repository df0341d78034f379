//! Why there is no answer, and what one can do.

use std::io::ErrorKind;

use rustls::CertificateError;

use super::Url;
use crate::exit::{Exit, Failure};

#[expect(clippy::wildcard_enum_match_arm, reason = "the library may add to these, and most are told in its own words")]
pub(super) fn unreached(server: &Url, error: &ureq::Error) -> Failure {
    let text = match error {
        ureq::Error::HostNotFound => {
            format!("There is no host called {}. Is the address {server} right?", server.host())
        }
        ureq::Error::Timeout(_) => format!("{server} did not answer in time. Try again, or look at the network."),
        ureq::Error::Rustls(why) => of_tls(server, why),
        ureq::Error::Io(why) => match why.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
            Some(tls) => of_tls(server, tls),
            None => of_network(server, why),
        },
        other => format!("{server} cannot be asked: {other}."),
    };
    Failure::new(Exit::Unreachable, text)
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the library may add to these, and most are told in its own words")]
fn of_network(server: &Url, why: &std::io::Error) -> String {
    match why.kind() {
        ErrorKind::ConnectionRefused => {
            format!("Nothing listens at {server}. Does the server run, and is the address right?")
        }
        ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => format!(
            "{server} broke the connection off. Try again; a server that speaks plain HTTP answers at http:// alone."
        ),
        _ => format!("{server} cannot be reached: {why}."),
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the library may add to these, and most are told in its own words")]
fn of_tls(server: &Url, why: &rustls::Error) -> String {
    let host = server.host();
    let own = "If the server made it itself, its operator has it as `tls/certificate.pem` in the data directory, and the \
               installing line of the page *Tokens* brings it along: `dockhost login --ca FILE`.";
    match why {
        rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer | CertificateError::BadSignature) => format!(
            "The certificate that {server} shows is of no authority that is trusted here. Nothing was sent. {own}"
        ),
        rustls::Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => format!(
            "The certificate that {server} shows is for other names than {host}. Nothing was sent. Use a name that stands \
             in it."
        ),
        rustls::Error::InvalidCertificate(CertificateError::Expired | CertificateError::ExpiredContext { .. }) => {
            format!("The certificate that {server} shows has expired. Nothing was sent. Its operator has to renew it.")
        }
        rustls::Error::InvalidCertificate(other) => {
            format!("The certificate that {server} shows is not good: {other:?}. Nothing was sent.")
        }
        rustls::Error::InvalidMessage(_) => {
            format!("What answers at {server} does not speak TLS. Is it http://{}?", server.place())
        }
        other => format!("There is no TLS connection to {server}: {other}."),
    }
}
