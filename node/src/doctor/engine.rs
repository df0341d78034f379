//! What the Docker socket and the engine behind it mean.

use std::io::{Error, ErrorKind};
use std::path::Path;

use model::node::EngineState;

use super::check::{Fault, Verdict};
use crate::docker::EngineError;

/// What is found at the path of the socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Door {
    Open,
    Missing,
    NoSocket,
    Denied,
    Refused,
    Other(String),
}

impl From<Error> for Door {
    fn from(error: Error) -> Self {
        let kind = error.kind();
        if kind == ErrorKind::NotFound {
            Self::Missing
        } else if kind == ErrorKind::PermissionDenied {
            Self::Denied
        } else if kind == ErrorKind::ConnectionRefused {
            Self::Refused
        } else {
            Self::Other(error.to_string())
        }
    }
}

pub(super) fn socket(path: &Path, door: &Door) -> Verdict {
    let at = path.display();
    let (wrong, advice) = match door {
        Door::Open => return Ok(format!("{at} takes connections")),
        Door::Missing => (
            format!("There is no Docker socket at {at}."),
            "Install Docker (https://docs.docker.com/engine/install/) and start it (sudo systemctl start docker), or name \
             its socket with --docker-socket.",
        ),
        Door::NoSocket => (
            format!("{at} is no socket."),
            "Name the engine's socket with --docker-socket, such as /var/run/docker.sock.",
        ),
        Door::Denied => (
            format!("This user may not use the Docker socket {at}."),
            "Add the node's user to the docker group (sudo usermod -aG docker USER) and sign in anew, or run this as that \
             user.",
        ),
        Door::Refused => (
            format!("Nothing listens on the Docker socket {at}: Docker is stopped."),
            "Start it: sudo systemctl start docker.",
        ),
        Door::Other(why) => (
            format!("The Docker socket {at} cannot be used: {why}."),
            "Look at Docker's log (journalctl -u docker) and restart it (sudo systemctl restart docker).",
        ),
    };
    Err(Fault::new(wrong, advice))
}

pub(super) fn engine(path: &Path, state: &EngineState) -> Verdict {
    let at = path.display();
    let log = "Look at its log (journalctl -u docker) and restart it (sudo systemctl restart docker).";
    match state {
        EngineState::Up { version, api } => Ok(format!("version {version}, API {api}")),
        EngineState::Hung { .. } => Err(Fault::new(
            format!("Docker takes connections on {at} and does not answer: it hangs or is overloaded."),
            log,
        )),
        EngineState::Away { reason } => Err(Fault::new(reason.clone(), log)),
        EngineState::Unknown => Err(Fault::new(format!("It is not known whether Docker answers on {at}."), log)),
    }
}

/// None is as good as one: the node makes it before its first instance.
pub(super) fn network(found: &Result<Vec<String>, EngineError>) -> Verdict {
    match found {
        Ok(ids) if ids.is_empty() => Ok("dockhost is made with the first instance".to_owned()),
        Ok(ids) if ids.len() == 1 => Ok("dockhost is there".to_owned()),
        Ok(ids) => Err(Fault::new(
            format!("There are {} Docker networks of the name dockhost, so no instance starts.", ids.len()),
            "Remove those that nothing uses: docker network ls --filter name=dockhost, then docker network rm ID.",
        )),
        Err(error) => Err(Fault::new(
            format!("Docker does not list its networks: {error}."),
            "Look at Docker's log (journalctl -u docker).",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_state_of_the_socket_has_its_advice() {
        let path = Path::new("/run/x.sock");
        for (kind, word) in [
            (ErrorKind::NotFound, "--docker-socket"),
            (ErrorKind::PermissionDenied, "docker group"),
            (ErrorKind::ConnectionRefused, "Start it"),
            (ErrorKind::TimedOut, "journalctl"),
        ] {
            let fault = socket(path, &Error::from(kind).into()).unwrap_err();
            assert!(fault.advice.contains(word) && fault.wrong.contains("/run/x.sock"), "{fault:?}");
        }
        assert!(socket(path, &Door::NoSocket).unwrap_err().wrong.contains("is no socket"));
        assert!(socket(path, &Door::Open).is_ok());
    }

    #[test]
    fn an_engine_must_answer() {
        let path = Path::new("/run/x.sock");
        let up = EngineState::Up { version: "27.0".to_owned(), api: "1.46".to_owned() };
        assert_eq!(engine(path, &up).unwrap(), "version 27.0, API 1.46");
        assert!(engine(path, &EngineState::Hung { reason: String::new() }).unwrap_err().wrong.contains("hangs"));
        assert_eq!(engine(path, &EngineState::Away { reason: "Why.".to_owned() }).unwrap_err().wrong, "Why.");
    }

    #[test]
    fn only_a_doubled_network_is_a_fault() {
        let named = |count: usize| Ok(vec!["id".to_owned(); count]);
        assert!(network(&named(0)).is_ok() && network(&named(1)).is_ok());
        assert!(network(&named(2)).unwrap_err().wrong.contains("2 Docker networks"));
        assert!(network(&Err(EngineError::NotFound)).is_err());
    }
}
