//! Every kind of id, in alphabetical order. The text form carries a prefix, so an id in a log or a
//! URL says what it names, and one kind cannot be passed where another is meant.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A text that is not an id of the expected kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not an id of the form {prefix}-0123456789abcdef")]
pub struct BadId {
    text: String,
    prefix: &'static str,
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(into = "String", try_from = "String")]
        #[cfg_attr(feature = "schema", schemars(extend("pattern" = concat!("^", $prefix, "-[0-9a-f]{16}$"))))]
        pub struct $name(u64);

        impl $name {
            /// The id that stands for these 64 bits, which the caller draws at random.
            pub const fn from_bits(bits: u64) -> Self {
                Self(bits)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "-{:016x}"), self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = BadId;
            fn from_str(text: &str) -> Result<Self, BadId> {
                parse(text, $prefix).map(Self)
            }
        }

        impl TryFrom<String> for $name {
            type Error = BadId;
            fn try_from(text: String) -> Result<Self, BadId> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.to_string()
            }
        }
    )*};
}

ids! {
    /// One installation of DockHost. Containers of another cluster are never touched.
    ClusterId "c";
    /// One entry of an instance's timeline.
    EventId "e";
    InstanceId "i";
    InviteId "v";
    NodeId "n";
    PersonId "p";
    SessionId "s";
    SshKeyId "k";
    TokenId "t";
}

/// Exactly one text per id: lower case, full length, so two spellings never name one thing.
fn parse(text: &str, prefix: &'static str) -> Result<u64, BadId> {
    let bad = || BadId { text: text.chars().take(40).collect(), prefix };
    let digits = text.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('-')).ok_or_else(bad)?;
    let canonical = digits.len() == 16 && digits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    if !canonical {
        return Err(bad());
    }
    u64::from_str_radix(digits, 16).map_err(|_| bad())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn text_and_id_are_one_to_one(bits: u64) {
            let id = InstanceId::from_bits(bits);
            prop_assert_eq!(id.to_string().parse::<InstanceId>().unwrap(), id);
        }

        #[test]
        fn any_accepted_text_is_the_canonical_one(text in "i-[0-9a-fA-F ]{14,18}") {
            if let Ok(id) = text.parse::<InstanceId>() {
                prop_assert_eq!(id.to_string(), text);
            }
        }
    }

    #[test]
    fn kinds_do_not_mix() {
        assert!(NodeId::from_bits(7).to_string().parse::<InstanceId>().is_err());
    }
}
