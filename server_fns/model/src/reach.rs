//! Whether one gets through to an instance's own sshd, tried at one moment.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Reach {
    /// Its node opened a connection to it, or found that nothing listens.
    pub node_reached: bool,
    /// What listens on its port 22 greeted as an sshd does.
    pub sshd_answers: bool,
    /// Empty where both are so; else a sentence: what is not, and why.
    pub problem: String,
}

impl Reach {
    pub const fn good() -> Self {
        Self { node_reached: true, sshd_answers: true, problem: String::new() }
    }

    /// Something is wrong in the instance itself.
    pub const fn without_sshd(problem: String) -> Self {
        Self { node_reached: true, sshd_answers: false, problem }
    }

    pub const fn without_node(problem: String) -> Self {
        Self { node_reached: false, sshd_answers: false, problem }
    }
}
