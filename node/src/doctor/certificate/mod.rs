//! What a TLS handshake that failed means.

use std::io::ErrorKind;

use chrono::DateTime;
use rustls::CertificateError as Certificate;
use rustls::pki_types::UnixTime;

use super::answer::clean;
use super::check::Fault;
use super::target::Target;
use crate::server::WrongPin;

/// Public authorities are compiled into the node, and no others.
const PUBLIC: &str = "Give the server a certificate of a public authority such as Let's Encrypt (Caddy does so by \
                      itself), or, if it made its own, name that with --server-fingerprint; if a firewall opens TLS \
                      here, have it except this host.";

/// The library hands its own error on inside of one of the socket's.
pub(super) fn judge(target: &Target, error: &std::io::Error) -> Fault {
    if let Some(WrongPin { shown, settled }) = WrongPin::of(error) {
        return Fault::new(
            format!("The server shows the certificate {shown}, and {settled} was settled with --server-fingerprint."),
            "If its operator changed the certificate, take the fingerprint that the server shows when it starts; if not, \
             somebody stands in between: the API key was not sent.",
        );
    }
    match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(error) => of_tls(target, error),
        None => of_socket(target, error),
    }
}

fn of_socket(target: &Target, error: &std::io::Error) -> Fault {
    let place = target.place();
    let kind = error.kind();
    let wrong = if kind == ErrorKind::TimedOut {
        format!("{place} takes the connection and does not answer the TLS handshake.")
    } else {
        format!("The connection to {place} was cut in the TLS handshake: {error}.")
    };
    let advice = "Check that the port is the one for https, and whether a firewall in between blocks TLS to this name.";
    Fault::new(wrong, advice)
}

fn of_tls(target: &Target, error: &rustls::Error) -> Fault {
    let place = target.place();
    if let rustls::Error::InvalidCertificate(problem) = error {
        return of_certificate(&target.host, problem);
    }
    if let rustls::Error::InvalidMessage(_) = error {
        return Fault::new(
            format!("{place} does not speak TLS."),
            format!("If DockHost answers there without a reverse proxy, write --server http://{}.", target.authority),
        );
    }
    if let rustls::Error::AlertReceived(alert) = error {
        return Fault::new(
            format!("{place} refused the TLS handshake with the alert {alert:?}: it has no certificate for this name."),
            format!("Set up {} as a site with a certificate in the reverse proxy, and look at its log.", target.host),
        );
    }
    Fault::new(
        format!("The TLS handshake with {place} failed: {}.", clean(&error.to_string())),
        "Check that the server or its reverse proxy offers TLS 1.2 or 1.3 with a current set of ciphers.",
    )
}

fn of_certificate(host: &str, problem: &Certificate) -> Fault {
    let clock = "check this machine's clock, too (timedatectl)";
    if let Certificate::ExpiredContext { not_after, .. } = problem {
        let wrong = format!("The server's certificate expired on {}.", day(*not_after));
        return Fault::new(wrong, format!("Renew it on the server or its reverse proxy; {clock}."));
    }
    if let Certificate::NotValidYetContext { not_before, .. } = problem {
        let wrong = format!("The server's certificate is valid only from {} on.", day(*not_before));
        return Fault::new(wrong, format!("Set the clock of the machine that made it and renew it; {clock}."));
    }
    if let Certificate::NotValidForNameContext { presented, .. } = problem {
        let names: Vec<&str> = presented.iter().map(|name| plain(name)).collect();
        let names = if names.is_empty() { "no name at all".to_owned() } else { names.join(", ") };
        return Fault::new(
            format!("The server's certificate has the wrong name: it is for {}, not for {host}.", clean(&names)),
            format!("Write a name of the certificate in --server, or get the server a certificate for {host}."),
        );
    }
    if *problem == Certificate::UnknownIssuer || problem.to_string().contains("CaUsedAsEndEntity") {
        let wrong = "The server's certificate is of an unknown authority: it is self-signed, of a private authority, \
                     or its chain is incomplete.";
        return Fault::new(wrong, PUBLIC);
    }
    let wrong = format!("The server's certificate is not valid: {}.", clean(&problem.to_string()));
    Fault::new(wrong, PUBLIC)
}

/// The library writes the kind of a name around it, such as `DnsName("a.example")`.
fn plain(name: &str) -> &str {
    let inner = name.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')')).unwrap_or(name);
    inner.trim_matches('"')
}

fn day(time: UnixTime) -> String {
    let seconds = i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
    DateTime::from_timestamp(seconds, 0)
        .map_or_else(|| "a day out of range".to_owned(), |day| day.format("%Y-%m-%d").to_string())
}

#[cfg(test)]
mod tests;
