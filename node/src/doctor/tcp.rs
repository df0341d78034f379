//! What an attempt to connect to one address means.

use std::io::{Error, ErrorKind};
use std::net::SocketAddr;

use super::check::{Fault, Outcome};

/// Why there is no connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Missed {
    Late,
    Refused,
    /// This machine knows no way there.
    NoRoute,
    Other(String),
}

impl From<Error> for Missed {
    fn from(error: Error) -> Self {
        let kind = error.kind();
        if kind == ErrorKind::ConnectionRefused {
            Self::Refused
        } else if kind == ErrorKind::NetworkUnreachable || kind == ErrorKind::HostUnreachable {
            Self::NoRoute
        } else if kind == ErrorKind::TimedOut {
            Self::Late
        } else {
            Self::Other(error.to_string())
        }
    }
}

/// `another` tells whether another address of the same name is open: the node tries them in turn, so an address that
/// fails at once costs it nothing, and one that is silent may cost it the whole attempt.
pub(super) fn judge(at: SocketAddr, tried: &Result<(), Missed>, another: bool) -> Outcome {
    match tried {
        Ok(()) => Outcome::Ok(format!("{at} takes connections")),
        Err(Missed::Refused) if another => Outcome::Skipped(format!("{at} refuses connections; another address works")),
        Err(Missed::NoRoute) if another => {
            Outcome::Skipped(format!("this machine has no way to {at}; another address works"))
        }
        Err(missed) => Outcome::Failed(fault(at, missed)),
    }
}

fn fault(at: SocketAddr, missed: &Missed) -> Fault {
    let port = at.port();
    match missed {
        Missed::Refused => Fault::new(
            format!("Nothing listens on {at}: the machine is there and refuses the connection."),
            format!(
                "Check that DockHost or its reverse proxy runs there, that the port in --server is right, and that it \
                 does not listen on 127.0.0.1 alone (ss -ltn sport = :{port})."
            ),
        ),
        Missed::Late => Fault::new(
            format!("Nothing answers on {at}: a firewall drops the connection, or the machine is off."),
            format!("Let this machine out to port {port}, let it in at the server's firewall, and check the address."),
        ),
        Missed::NoRoute => Fault::new(
            format!("This machine has no way to {at}."),
            "Check its network and default route (ip route, ip -6 route), and whether the address is right.",
        ),
        Missed::Other(why) => Fault::new(
            format!("The connection to {at} failed: {why}."),
            format!("Check this machine's network and its firewall for connections to port {port}."),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at() -> SocketAddr {
        "192.0.2.1:443".parse().unwrap()
    }

    #[test]
    fn each_cause_has_its_sentence() {
        for (kind, word) in [
            (ErrorKind::ConnectionRefused, "Nothing listens on 192.0.2.1:443"),
            (ErrorKind::TimedOut, "firewall"),
            (ErrorKind::NetworkUnreachable, "no way to"),
            (ErrorKind::PermissionDenied, "permission denied"),
        ] {
            let Outcome::Failed(fault) = judge(at(), &Err(Error::from(kind).into()), false) else { panic!("{kind}") };
            assert!(fault.wrong.contains(word), "{}", fault.wrong);
        }
    }

    #[test]
    fn an_address_that_fails_at_once_beside_one_that_works_is_no_failure() {
        for harmless in [Missed::Refused, Missed::NoRoute] {
            assert!(matches!(judge(at(), &Err(harmless), true), Outcome::Skipped(_)));
        }
        assert!(matches!(judge(at(), &Err(Missed::Late), true), Outcome::Failed(_)));
        assert!(matches!(judge(at(), &Ok(()), false), Outcome::Ok(_)));
    }
}
