//! How a machine becomes a node: whoever set it up was given a code, which the machine changes once for the node's key.

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::name::NodeName;

/// Where a machine changes a code for a key.
pub const PATH: &str = "/api/v1/enrolment";

/// What the line that installs a node has in it. It is shown once: the code is stored only as a hash.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EnrolmentCode {
    pub secret: String,
    pub expires_at: Timestamp,
    /// `sha256//…` of the public key of the certificate that the server made for itself: by it `curl --pinnedpubkey`
    /// knows the server. `None` where an authority vouches for the server, or nothing does.
    #[serde(default)]
    pub server_key_pin: Option<String>,
}

/// That a machine has changed a code for the key, and from which address it asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EnrolmentUse {
    pub at: Timestamp,
    pub address: String,
}

/// What became of the code that was last made for a node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EnrolmentView {
    pub expires_at: Timestamp,
    pub used: Option<EnrolmentUse>,
}

/// What a machine sends.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Enrol {
    pub code: String,
}

/// What it is given: the key of that node, which is told this once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Enrolled {
    pub name: NodeName,
    pub api_key: String,
}
