//! A program that wants to be signed in.

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::id::TokenId;
use crate::name::Username;
use crate::scope::Scope;

/// What the program gets that asked.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SignInAsked {
    /// With which it fetches the answer, and which it tells nobody.
    pub secret: String,
    /// Which it shows, and the page shows, too.
    pub code: String,
    pub expires_at: Timestamp,
}

/// What has become of it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "state", rename_all = "lowercase")]
pub enum SignInAnswer {
    /// Nobody has answered yet.
    Waiting,
    /// Told once.
    Granted { username: Username, id: TokenId, token: String, scope: Scope },
}

/// The request, for the person who is to answer it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SignInRequestView {
    pub code: String,
    /// As the program calls itself, which is no proof of what it is.
    pub program: String,
    /// The same of its computer.
    pub host: String,
    /// From which it asks, as the server saw it.
    pub address: String,
    pub asked_at: Timestamp,
    pub expires_at: Timestamp,
    /// For the token: one that is free.
    pub name: String,
}
