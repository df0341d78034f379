//! Sentences for an engine that does not answer: each cause its own, each with what to do.

use std::io::ErrorKind;

use bollard::errors::Error;

use super::error::{EngineError, with_causes};

/// The error of a health check. Whatever it is, the engine cannot be worked with.
pub(super) fn away(socket: &str, error: &Error) -> EngineError {
    unreachable(socket, error).unwrap_or_else(|| {
        EngineError::Away(format!(
            "The program behind {socket} does not speak Docker's API as expected ({}): check that it is a Docker engine \
             of version 20.10 or later.",
            with_causes(error)
        ))
    })
}

pub(super) fn hung(socket: &str) -> EngineError {
    EngineError::Hung(format!(
        "Docker accepts connections on {socket} and does not answer: it hangs or is overloaded. Look at its log \
         (journalctl -u docker) and restart it (sudo systemctl restart docker)."
    ))
}

/// `Some` if the request never reached an engine, so that nothing can have been done.
pub(super) fn unreachable(socket: &str, error: &Error) -> Option<EngineError> {
    let missing = || {
        format!(
            "There is no Docker socket at {socket}: install Docker (https://docs.docker.com/engine/install/) and \
             start it (sudo systemctl start docker)."
        )
    };
    if matches!(error, Error::SocketNotFoundError(_)) {
        return Some(EngineError::Away(missing()));
    }
    let kind = connect_failure(error)?;
    let sentence = if kind == ErrorKind::NotFound {
        missing()
    } else if kind == ErrorKind::PermissionDenied {
        format!(
            "This node may not use the Docker socket {socket}: add the node's user to the docker group (sudo usermod \
             -aG docker USER), then start the node again."
        )
    } else {
        format!(
            "Nothing answers on the Docker socket {socket}: Docker is stopped or just starting; start it (sudo \
             systemctl start docker)."
        )
    };
    Some(EngineError::Away(sentence))
}

fn connect_failure(error: &Error) -> Option<ErrorKind> {
    let in_connect = matches!(error, Error::HyperLegacyError { err } if err.is_connect());
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(inner) = cause {
        if let Some(io) = inner.downcast_ref::<std::io::Error>() {
            let before =
                matches!(io.kind(), ErrorKind::NotFound | ErrorKind::PermissionDenied | ErrorKind::ConnectionRefused);
            return (in_connect || before).then(|| io.kind());
        }
        cause = match inner.downcast_ref::<Error>() {
            // It is transparent: its own source would skip the error that it wraps.
            Some(Error::IOError { err }) => Some(err),
            Some(Error::HyperLegacyError { err }) => Some(err),
            Some(_) | None => inner.source(),
        };
    }
    in_connect.then_some(ErrorKind::Other)
}
