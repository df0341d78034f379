//! What is asked of accounts: by their holders of their own, and by administrators of those of others.

use serde::{Deserialize, Serialize};

#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangePassword {
    pub current: String,
    pub new: String,
    #[serde(default)]
    pub end: EndOthers,
}

/// What ends with the old password, beside every session but the one that asks: for somebody who fears that another had it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndOthers {
    #[serde(default)]
    pub tokens: bool,
    #[serde(default)]
    pub ssh_keys: bool,
}

#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeEmail {
    pub email: String,
    /// The password.
    pub current: String,
}

/// Gives the password once more, for what makes a new way into the account.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProveSession {
    pub password: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetAdministrator {
    pub administrator: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SuspendPerson {
    /// Stop what runs of theirs, too; otherwise it goes on.
    #[serde(default)]
    pub stop: bool,
}
