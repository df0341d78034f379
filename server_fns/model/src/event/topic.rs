//! What a line is about, as people look for it.

use serde::{Deserialize, Serialize};

/// By which people choose the lines that they look for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    Instances,
    /// Sign-ins, keys, tokens, passwords.
    Access,
    Nodes,
    /// Accounts, invitations, settings.
    People,
}

impl Topic {
    pub const ALL: [Self; 4] = [Self::Instances, Self::Access, Self::Nodes, Self::People];

    pub const fn title(self) -> &'static str {
        match self {
            Self::Instances => "Instances",
            Self::Access => "Sign-ins and keys",
            Self::Nodes => "Nodes",
            Self::People => "People and settings",
        }
    }

    /// As in addresses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Instances => "instances",
            Self::Access => "access",
            Self::Nodes => "nodes",
            Self::People => "people",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|topic| topic.name() == name)
    }
}
