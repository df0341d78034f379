//! The one shape of every "no" that a person or a script gets.

use serde::{Deserialize, Serialize};

use crate::explain::Evidence;
use crate::name::BadName;

mod problem;

pub use problem::ProblemDetails;

/// Why a request was not carried out. Nothing of it was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[error("{message}")]
pub struct Refusal {
    pub code: RefusalCode,
    /// One or two sentences: what, on what, why, and what the person can do.
    pub message: String,
    /// The field of the request that is at fault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// What shows it, where there is more to see than the request itself: one line for each node that was asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    /// What the person can do, where the message tells of several things at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_step: Option<String>,
}

/// Why, for programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RefusalCode {
    /// The request cannot be read, or a field breaks its rule.
    Invalid,
    /// Nobody showed who asks, or by what holds no longer.
    Unauthenticated,
    /// Whoever asks may not do it, or not by what they showed.
    Forbidden,
    /// It makes a new way into the account, and the password was given too long ago: give it again first.
    ProofNeeded,
    /// There is no such object, or it is somebody else's: the answer is the same.
    NotFound,
    /// It contradicts what is there: a name in use, a state that does not allow it.
    Conflict,
    /// The person has as many instances as they may have.
    QuotaExceeded,
    /// No node can take the instance; the message says why for each.
    NoCapacity,
    /// The request has more bytes than are taken.
    TooLarge,
    /// There were too many requests lately: try again later.
    RateLimited,
    /// The server, a node or an instance cannot do it now: try again later.
    Unavailable,
    /// The server is at fault, and its log says more.
    Internal,
}

impl RefusalCode {
    pub const ALL: [Self; 12] = [
        Self::Invalid,
        Self::Unauthenticated,
        Self::Forbidden,
        Self::ProofNeeded,
        Self::NotFound,
        Self::Conflict,
        Self::QuotaExceeded,
        Self::NoCapacity,
        Self::TooLarge,
        Self::RateLimited,
        Self::Unavailable,
        Self::Internal,
    ];

    /// As it is written in an answer.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Invalid => "invalid",
            Self::Unauthenticated => "unauthenticated",
            Self::Forbidden => "forbidden",
            Self::ProofNeeded => "proof_needed",
            Self::NotFound => "not_found",
            Self::Conflict => "conflict",
            Self::QuotaExceeded => "quota_exceeded",
            Self::NoCapacity => "no_capacity",
            Self::TooLarge => "too_large",
            Self::RateLimited => "rate_limited",
            Self::Unavailable => "unavailable",
            Self::Internal => "internal",
        }
    }

    /// What it says of every request that it refuses.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Invalid => "The request cannot be read or breaks a rule",
            Self::Unauthenticated => "Sign in first",
            Self::Forbidden => "This is not allowed to you",
            Self::ProofNeeded => "Give the password again",
            Self::NotFound => "There is no such thing, or it is not yours",
            Self::Conflict => "It contradicts what is there",
            Self::QuotaExceeded => "You have as many instances as you may have",
            Self::NoCapacity => "No node can take the instance",
            Self::TooLarge => "The request is too large",
            Self::RateLimited => "Too many requests",
            Self::Unavailable => "It cannot be done now",
            Self::Internal => "The server is at fault",
        }
    }

    /// The HTTP status.
    pub const fn status(self) -> u16 {
        match self {
            Self::Invalid => 400,
            Self::Unauthenticated => 401,
            Self::Forbidden | Self::ProofNeeded => 403,
            Self::NotFound => 404,
            Self::Conflict | Self::QuotaExceeded | Self::NoCapacity => 409,
            Self::TooLarge => 413,
            Self::RateLimited => 429,
            Self::Internal => 500,
            Self::Unavailable => 503,
        }
    }
}

impl Refusal {
    pub fn new(code: RefusalCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), field: None, evidence: Vec::new(), next_step: None }
    }

    pub fn field(field: &str, message: impl Into<String>) -> Self {
        Self::new(RefusalCode::Invalid, message).at(field)
    }

    /// The same refusal, blamed on a field.
    #[must_use]
    pub fn at(self, field: &str) -> Self {
        Self { field: Some(field.to_owned()), ..self }
    }

    pub fn bad_name(field: &str, what: &str, why: &BadName) -> Self {
        Self::field(field, format!("{what} {why}."))
    }

    pub fn not_found(what: &str) -> Self {
        Self::new(RefusalCode::NotFound, format!("There is no such {what}, or it is not yours."))
    }

    /// What a person reads where the server is at fault, and its log says the rest.
    pub fn failed() -> Self {
        Self::new(
            RefusalCode::Internal,
            "The server failed at this. Its log says more; try again, or tell its operator.",
        )
    }

    pub fn unauthenticated() -> Self {
        Self::new(RefusalCode::Unauthenticated, "Sign in first, or send an API token as `Authorization: Bearer dhp_…`.")
    }
}
