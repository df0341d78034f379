//! What an answer of the engine means.

use bollard::errors::Error;

use super::answer::unreachable;
use super::error::{EngineError, with_causes};

/// The one place where an answer of the engine gets its meaning.
pub(super) fn meaning(socket: &str, error: &Error) -> EngineError {
    if let Some(away) = unreachable(socket, error) {
        return away;
    }
    if let Error::DockerResponseServerError { status_code, message } = error {
        return status(*status_code, message);
    }
    if let Error::DockerStreamError { error } = error {
        return EngineError::Refused(error.clone());
    }
    // What remains was cut off or unreadable on the way, after the engine may have acted.
    EngineError::Unknown(with_causes(error))
}

fn status(code: u16, message: &str) -> EngineError {
    let message = if message.is_empty() { format!("status {code} without a reason") } else { message.to_owned() };
    match code {
        // A 404 also says "page not found" or "network not found": neither means that the container is absent.
        404 if message.to_ascii_lowercase().contains("no such ") => EngineError::NotFound,
        409 => EngineError::Conflict(message),
        400..=499 => EngineError::Refused(message),
        _ => EngineError::Unknown(message),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(status_code: u16, message: &str) -> EngineError {
        meaning("/x", &Error::DockerResponseServerError { status_code, message: message.to_owned() })
    }

    #[test]
    fn only_a_real_404_means_absent() {
        assert_eq!(answered(404, "No such container: dockhost-i-1-1"), EngineError::NotFound);
        assert_eq!(answered(404, "No such image: dockhost/debian-12:0"), EngineError::NotFound);
        for other in ["page not found", "network dockhost not found", ""] {
            assert!(matches!(answered(404, other), EngineError::Refused(_)), "{other}");
        }
    }

    #[test]
    fn refusals_conflicts_and_failures_are_told_apart() {
        assert!(matches!(answered(409, "name in use"), EngineError::Conflict(_)));
        assert!(matches!(answered(400, "bad parameter"), EngineError::Refused(_)));
        assert!(matches!(answered(500, "OCI runtime"), EngineError::Unknown(_)));
        assert!(matches!(answered(503, ""), EngineError::Unknown(_)));
    }

    #[test]
    fn what_was_cut_off_is_unknown() {
        let reset = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
        assert!(matches!(meaning("/x", &Error::IOError { err: reset }), EngineError::Unknown(_)));
        assert!(matches!(meaning("/x", &Error::RequestTimeoutError), EngineError::Unknown(_)));
        let garbage = Error::JsonDataError { message: "no JSON".to_owned(), column: 1 };
        assert!(matches!(meaning("/x", &garbage), EngineError::Unknown(_)));
    }

    #[test]
    fn what_never_got_through_is_away_with_advice() {
        for (kind, word) in [
            (std::io::ErrorKind::NotFound, "no Docker socket"),
            (std::io::ErrorKind::PermissionDenied, "docker group"),
            (std::io::ErrorKind::ConnectionRefused, "start it"),
        ] {
            let error = Error::IOError { err: kind.into() };
            let EngineError::Away(reason) = meaning("/run/x.sock", &error) else { panic!("{kind} is not away") };
            assert!(reason.contains(word) && reason.contains("/run/x.sock"), "{reason}");
        }
    }
}
