//! What people may ask of an instance.

use serde::{Deserialize, Serialize};

use crate::phase::Phase;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Verb {
    Start,
    Stop,
    Restart,
    Delete,
    /// Takes a deletion as done although its node has not confirmed it.
    Forget,
}

impl Verb {
    /// Those of every day; [`Verb::Forget`] is a way out.
    pub const USUAL: [Self; 4] = [Self::Start, Self::Stop, Self::Restart, Self::Delete];

    /// As it stands in a sentence: *asked to stop it*.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Stop => "stop",
            Self::Restart => "restart",
            Self::Delete => "delete",
            Self::Forget => "forget",
        }
    }

    pub const fn title(self) -> &'static str {
        match self {
            Self::Start => "Start",
            Self::Stop => "Stop",
            Self::Restart => "Restart",
            Self::Delete => "Delete",
            Self::Forget => "Forget",
        }
    }

    /// Whether files or programs are lost by it for good.
    pub const fn loses(self) -> bool {
        matches!(self, Self::Delete | Self::Forget)
    }

    /// Whether it means something in that phase; the same rule for the button and for the server.
    pub const fn is_open_to(self, phase: Phase) -> bool {
        match self {
            Self::Start => phase.can_start(),
            Self::Stop => phase.can_stop(),
            Self::Restart => phase.can_restart(),
            Self::Delete => phase.can_delete(),
            Self::Forget => phase.can_forget(),
        }
    }
}
