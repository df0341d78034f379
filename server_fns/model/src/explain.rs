//! Why an instance is as it is, and what can be done about it.

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::phase::Phase;
use crate::verb::Verb;

/// One shape for every phase: the cause, what shows it, what comes next, and every way out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Explanation {
    pub phase: Phase,
    /// A sentence.
    pub cause: String,
    /// The newest last.
    pub evidence: Vec<Evidence>,
    /// A sentence: what happens by itself, or what a person has to do.
    pub next_step: String,
    /// It takes longer than it ordinarily does.
    pub overdue: bool,
    pub ways_out: Vec<WayOut>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Evidence {
    pub at: Timestamp,
    pub text: String,
}

/// Something that may be asked for now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WayOut {
    pub verb: Verb,
    /// A sentence: what it will do, and what it costs.
    pub effect: String,
}
