//! Which versions of the channel a program speaks, and which one two programs speak with each other.

use serde::{Deserialize, Serialize};

/// Both ends of the range are spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Versions {
    pub least: u32,
    pub most: u32,
}

/// What this program speaks. A version is left out here only when nobody has a program any more that speaks no later one.
pub const VERSIONS: Versions = Versions { least: 1, most: 1 };

/// Of an end from before there were ranges.
pub const FIRST: u32 = 1;

impl Default for Versions {
    fn default() -> Self {
        VERSIONS
    }
}

impl Versions {
    pub const fn only(version: u32) -> Self {
        Self { least: version, most: version }
    }

    pub const fn has(self, version: u32) -> bool {
        self.least <= version && version <= self.most
    }

    /// The highest that both speak.
    pub fn common(self, other: Self) -> Option<u32> {
        let highest = self.most.min(other.most);
        (self.has(highest) && other.has(highest)).then_some(highest)
    }
}

impl std::fmt::Display for Versions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.least == self.most {
            true => write!(f, "version {}", self.most),
            false => write!(f, "versions {} to {}", self.least, self.most),
        }
    }
}

/// For the operator of a node and for its page: why the two cannot work together, and which of them is to be updated.
pub fn mismatch(node: Versions, program: &str, server: Versions) -> String {
    let update = match node.most < server.least {
        true => "Update dockhost-node on the node's computer.",
        false => "Update dockhost on the server's computer.",
    };
    format!(
        "The node's program dockhost-node {program} speaks {node} of the channel, and the server {server}. {update}"
    )
}
