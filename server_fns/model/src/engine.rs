//! The programs behind a container engine, their versions, and which faults are known of them.

mod fault;
mod version;

use serde::{Deserialize, Serialize};

pub use fault::{Fault, Known, known};

/// One program of an engine, as the engine says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Component {
    /// As in Docker's answer, such as `Engine`, `containerd` or `runc`.
    pub name: String,
    /// Such as `1.1.5+ds1`.
    pub version: String,
    /// What it was built from: a commit, or at Debian and Ubuntu the whole version of the package, such as
    /// `1.1.5+ds1-1+deb12u1`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub build: String,
}

impl Component {
    /// That requests to the engine pass a plugin first. It has no version.
    pub fn authorization() -> Self {
        Self { name: fault::AUTHORIZATION.to_owned(), ..Self::default() }
    }
}
