//! People as administrators see them.

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::id::PersonId;
use crate::name::{EmailAddress, Username};

/// A link by which somebody sets another password, once; its secret comes beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ResetLink {
    /// Whose password it sets.
    pub username: Username,
    pub expires_at: Timestamp,
}

/// A line of the list of people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PersonRow {
    pub id: PersonId,
    pub username: Username,
    pub email: EmailAddress,
    pub administrator: bool,
    /// Since when nothing of theirs opens anything.
    #[serde(default)]
    pub suspended: Option<Timestamp>,
    /// Since when they wait for an administrator to remove the account.
    #[serde(default)]
    pub asks_removal_since: Option<Timestamp>,
    pub created_at: Timestamp,
    /// The latest use that is still known: sessions that have ended tell of none any more.
    pub last_seen_at: Option<Timestamp>,
    /// What there is to hand over; those that are being deleted do not count.
    pub instances: u32,
    pub nodes: u32,
    /// Those that have not expired.
    pub tokens: u32,
    pub keys: u32,
}
