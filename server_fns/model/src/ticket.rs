//! What opens one thing once and soon. It goes into an address, where nothing may stand that is worth anything a moment
//! later: a browser gives a socket no headers, and a desktop window has no session that its files could use.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What stands in an address in place of a session.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Ticket {
    pub secret: String,
}

impl fmt::Debug for Ticket {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Ticket").finish_non_exhaustive()
    }
}
