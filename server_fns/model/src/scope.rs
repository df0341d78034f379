//! How much of what its account may do an API token may do.

use serde::{Deserialize, Serialize};

/// Each may do what the one before it may, and more.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Look, and change nothing.
    Read,
    /// Create instances, and do with one's own whatever people do with them.
    Instances,
    /// Everything that is not for people alone.
    #[default]
    All,
}

impl Scope {
    /// As it is written in a request.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Instances => "instances",
            Self::All => "all",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_written_as_they_are_called_and_each_has_what_the_one_before_has() {
        let all = [Scope::Read, Scope::Instances, Scope::All];
        for scope in all {
            assert_eq!(serde_json::to_string(&scope).unwrap(), format!("\"{}\"", scope.as_str()));
        }
        assert!(all.is_sorted());
        assert_eq!(Scope::default(), Scope::All, "tokens from a time without scopes");
    }
}
