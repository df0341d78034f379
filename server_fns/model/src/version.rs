//! Counters. Each has one meaning and no arithmetic but `next`.

use serde::{Deserialize, Serialize};

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(transparent)]
        pub struct $name(pub u64);

        impl $name {
            #[must_use]
            pub const fn next(self) -> Self {
                Self(self.0 + 1)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

counters! {
    /// Grows with every restore of the database from a backup. What a node was told in a later era wins over any generation of
    /// an earlier one.
    Era;
    /// Counts connections of one node. Frames of an older one are dropped.
    Epoch;
    /// Counts the lines of the activity log.
    EventNumber;
    /// Counts changes of what is wished, of an instance or of a node's whole assignment. Higher wins, equal is equal.
    Generation;
    /// Counts the root filesystems of an instance: a higher one means another container.
    Incarnation;
    /// Counts restarts that a person asked for.
    Restarts;
    /// Counts what a browser was told.
    Revision;
}
