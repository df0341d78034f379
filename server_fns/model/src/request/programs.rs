//! A program on somebody's computer that wants a token, and the person who gives it one in a browser.

use serde::{Deserialize, Serialize};

use crate::scope::Scope;

/// Asks that a person lets it in. Nobody has signed in yet who asks so.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AskSignIn {
    /// As the program calls itself, such as `dockhost 0.2.0`.
    pub program: String,
    /// As its computer calls itself.
    pub host: String,
}

/// Asks whether a person has answered.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FetchToken {
    /// What the program was given when it asked.
    pub secret: String,
}

/// Lets the program in, by a token that it fetches.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct GrantSignIn {
    /// Of the token.
    pub name: String,
    #[serde(default)]
    pub scope: Scope,
    /// Without it, the token opens until it is removed.
    #[serde(default)]
    pub expires_in_days: Option<u32>,
}
