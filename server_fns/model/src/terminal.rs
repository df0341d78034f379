//! A terminal in a browser.

use serde::{Deserialize, Serialize};

/// Asks for a way into one terminal of an instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AskTicket {
    /// The one to come back to; without it, a new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terminal: Option<String>,
    /// How many characters the window has room for, so that the shell starts with the right size.
    pub columns: u16,
    pub rows: u16,
}
