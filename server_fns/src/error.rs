//! A refusal on its way to the caller, as server functions want it.

use dioxus::fullstack::{AsStatusCode, StatusCode};
use dioxus::prelude::ServerFnError;
use model::refusal::{Refusal, RefusalCode};
use serde::{Deserialize, Serialize};

/// Why a call failed: the server refused it, or it never got there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(transparent)]
#[error("{}", refusal.message)]
pub struct ApiError {
    pub refusal: Refusal,
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        Self { refusal }
    }
}

impl AsStatusCode for ApiError {
    fn as_status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.refusal.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

/// What the framework itself reports: no answer, or an answer that is not ours.
impl From<ServerFnError> for ApiError {
    fn from(error: ServerFnError) -> Self {
        let refusal = match error {
            ServerFnError::ServerError { details: Some(details), .. } => serde_json::from_value(details).ok(),
            ServerFnError::ServerError { message, .. } => serde_json::from_str(&message).ok(),
            ServerFnError::Request(_) | ServerFnError::Response(_) | ServerFnError::StreamError(_) => {
                Some(Refusal::new(
                    RefusalCode::Unavailable,
                    "The server cannot be reached. Check the connection and try again.",
                ))
            }
            ServerFnError::Deserialization(reason) | ServerFnError::Args(reason) => {
                Some(Refusal::new(RefusalCode::Invalid, format!("The request cannot be read: {reason}.")))
            }
            ServerFnError::Registration(_)
            | ServerFnError::UnsupportedRequestMethod(_)
            | ServerFnError::MiddlewareError(_)
            | ServerFnError::Serialization(_)
            | ServerFnError::MissingArg(_) => None,
        };
        let unexpected =
            || Refusal::new(RefusalCode::Internal, "The server gave an answer that cannot be read. Reload the page.");
        Self { refusal: refusal.unwrap_or_else(unexpected) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_survives_the_way_through_the_framework() {
        let refusal = Refusal::field("name", "The name is in use.");
        let details = serde_json::to_value(ApiError::from(refusal.clone())).unwrap();
        let error = ServerFnError::ServerError { message: "x".into(), code: 400, details: Some(details) };
        assert_eq!(ApiError::from(error).refusal, refusal);
    }
}
