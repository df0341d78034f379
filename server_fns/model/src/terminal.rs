//! A terminal in a browser: what is asked for, and what opens its socket.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Asks for a way into one terminal of an instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskTicket {
    /// The one to come back to; without it, a new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terminal: Option<String>,
    /// How many characters the window has room for, so that the shell starts with the right size.
    pub columns: u16,
    pub rows: u16,
}

/// Opens one socket once, soon. It goes into the socket's address, because a browser gives a socket no headers.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    pub secret: String,
}

impl fmt::Debug for Ticket {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Ticket").finish_non_exhaustive()
    }
}
