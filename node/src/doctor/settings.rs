//! What the settings say by themselves, before anything is dialled.

use tokio_tungstenite::MaybeTlsStream;

use super::Subject;
use super::check::Fault;
use super::target::Target;
use crate::config::BadConfig;
use crate::server::{ApiKey, Socket};

pub(super) fn address(subject: &Subject) -> Result<(String, Target), Fault> {
    let address = subject.server.as_ref().map_err(fault)?;
    let target = Target::of(address);
    let exposed = "; the API key travels unencrypted, because --insecure-server asks for it";
    Ok((format!("{}{}", target.url(), if address.is_exposed() { exposed } else { "" }), target))
}

pub(super) fn key(subject: &Subject) -> Result<(String, ApiKey), Fault> {
    let key = subject.api_key.as_ref().map_err(fault)?;
    Ok(("is given; the channel below shows whether the server knows it".to_owned(), key.clone()))
}

fn fault(bad: &BadConfig) -> Fault {
    match bad {
        BadConfig::NoServer => Fault::new(
            "No server is named.",
            "Pass --server URL or set DOCKHOST_SERVER, such as https://dockhost.example.org.",
        ),
        BadConfig::Server(why) => Fault::new(
            format!("The address {}.", why.split(';').next().unwrap_or(why)),
            "Write --server as the browser shows it, such as https://dockhost.example.org.",
        ),
        BadConfig::Exposed(url) => Fault::new(
            format!("The address {url} would send the API key unencrypted over the network."),
            "Write https://, with --server-fingerprint if the server made its certificate itself; or, in a network that you \
             trust, ask for it with --insecure-server.",
        ),
        BadConfig::Fingerprint(why) => Fault::new(
            format!("The fingerprint does not serve: {why}."),
            "Copy it from the line that the server showed when it started.",
        ),
        BadConfig::NoKey => Fault::new(
            "No API key is given.",
            "Set DOCKHOST_API_KEY or pass --api-key-file FILE with the key that the console showed when the node was \
             registered.",
        ),
        BadConfig::KeyFile { file, why } => Fault::new(
            format!("The API key file {file} cannot be read: {why}."),
            "Check the path, and that this user may read the file.",
        ),
        BadConfig::Key { from, why } => Fault::new(
            format!("The API key from {from} {why}."),
            "Copy it once more, or rotate it on the node's page in the console.",
        ),
    }
}

/// Which version of TLS was agreed on.
pub(super) fn tls(target: &Target, wire: &Socket) -> String {
    let version = if let MaybeTlsStream::Rustls(tls) = wire { tls.get_ref().1.protocol_version() } else { None };
    let version = version.and_then(|version| version.as_str()).unwrap_or("TLS");
    if target.pins.is_empty() {
        format!("{version}, with a certificate of a public authority for this name")
    } else {
        format!("{version}, with the very certificate of --server-fingerprint")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::Address;

    fn subject(server: Result<&str, BadConfig>) -> Subject {
        Subject {
            server: server.map(|text| Address::parse(text).unwrap()),
            api_key: Err(BadConfig::NoKey),
            docker_socket: "/run/x.sock".into(),
            data_dir: "/d".into(),
        }
    }

    #[test]
    fn what_does_not_read_is_a_sentence() {
        for (bad, wrong) in [
            (BadConfig::NoServer, "No server is named."),
            (BadConfig::Server("`a` is not an address; write it as".to_owned()), "The address `a` is not an address."),
            (BadConfig::NoKey, "No API key is given."),
            (BadConfig::KeyFile { file: "/k".into(), why: "gone".into() }, "The API key file /k cannot be read: gone."),
            (BadConfig::Key { from: "/k".into(), why: "is empty" }, "The API key from /k is empty."),
        ] {
            assert_eq!(address(&subject(Err(bad))).unwrap_err().wrong, wrong);
        }
        assert!(key(&subject(Ok("http://a"))).err().unwrap().advice.contains("DOCKHOST_API_KEY"));
    }

    #[test]
    fn a_key_in_the_clear_is_mentioned() {
        assert!(address(&subject(Ok("http://a.example"))).unwrap().0.contains("unencrypted"));
        assert_eq!(address(&subject(Ok("https://a.example"))).unwrap().0, "https://a.example");
    }
}
