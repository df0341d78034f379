//! Checked names: a value of these types has passed its rule, wherever it came from.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Why a text is not a name of that kind: a clause that follows the name of the field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadName(pub &'static str);

macro_rules! names {
    ($($(#[$doc:meta])* $name:ident = $check:path;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(into = "String", try_from = "String")]
        pub struct $name(String);

        impl $name {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = BadName;
            fn from_str(text: &str) -> Result<Self, BadName> {
                $check(text).map(Self)
            }
        }

        impl TryFrom<String> for $name {
            type Error = BadName;
            fn try_from(text: String) -> Result<Self, BadName> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> String {
                name.0
            }
        }
    )*};
}

names! {
    /// Kept in lower case, because two people never mean two mailboxes by case alone.
    EmailAddress = email;
    /// Becomes the host name inside the instance, hence a DNS label (RFC 1123).
    InstanceName = dns_label;
    /// What people call a key, a token or a lab: any printable text of up to 64 characters.
    Label = label;
    NodeName = dns_label;
    Username = username;
}

fn dns_label(text: &str) -> Result<String, BadName> {
    const RULE: BadName = BadName(
        "must be 1 to 40 lower-case letters, digits and hyphens, begin with a letter and not end with a hyphen",
    );
    let ok = (1..=40).contains(&text.len())
        && text.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'))
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && !text.ends_with('-');
    if ok { Ok(text.to_owned()) } else { Err(RULE) }
}

/// What means something to the SSH gateway, or to people who read a log: nobody and no instance is called so anew. A
/// name that was given before is kept, and gains nothing by it. None of these has a `+`, and no name may: what begins
/// with `enrol+` is the gateway's alone.
const OF_THE_GATEWAY: [&str; 12] =
    ["admin", "dockhost", "enrol", "enroll", "gateway", "git", "localhost", "lobby", "root", "sftp", "ssh", "sshd"];
/// What means something in addresses, or to people who read who did what.
const OF_PEOPLE: [&str; 5] = ["administrator", "api", "me", "nobody", "system"];

const RESERVED: BadName = BadName("is reserved; choose another one");

impl Username {
    /// Refuses those that nobody may be called from now on.
    pub fn given_anew(self) -> Result<Self, BadName> {
        let reserved = OF_THE_GATEWAY.iter().chain(&OF_PEOPLE).any(|name| *name == self.0);
        if reserved { Err(RESERVED) } else { Ok(self) }
    }
}

impl InstanceName {
    /// Refuses those that no instance may be called from now on.
    pub fn given_anew(self) -> Result<Self, BadName> {
        if OF_THE_GATEWAY.contains(&self.0.as_str()) { Err(RESERVED) } else { Ok(self) }
    }
}

fn username(text: &str) -> Result<String, BadName> {
    if text.len() < 2 || text.len() > 32 || dns_label(text).is_err() {
        return Err(BadName(
            "must be 2 to 32 lower-case letters, digits and hyphens, begin with a letter and not end with a hyphen",
        ));
    }
    Ok(text.to_owned())
}

/// Only what tells a typing error from an address; whether it exists only a message to it can tell.
fn email(text: &str) -> Result<String, BadName> {
    const RULE: BadName = BadName("must be an address such as ada@example.org");
    let text = text.trim();
    let (local, domain) = text.rsplit_once('@').ok_or(RULE)?;
    let plain = text.len() <= 254 && text.bytes().all(|b| b.is_ascii_graphic() && !b"<>\"(),:;\\[]".contains(&b));
    let parts = !local.is_empty() && local.len() <= 64 && !local.contains('@');
    let host = domain.split('.').count() >= 2
        && domain.split('.').all(|label| {
            !label.is_empty() && label.len() <= 63 && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        });
    if plain && parts && host { Ok(text.to_ascii_lowercase()) } else { Err(RULE) }
}

fn label(text: &str) -> Result<String, BadName> {
    let text = text.trim();
    let count = text.chars().count();
    if count == 0 || count > 64 {
        return Err(BadName("must have 1 to 64 characters"));
    }
    // Invisible and direction-changing characters would let one label pass for another.
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    if text.chars().any(hidden) {
        return Err(BadName("must not contain invisible or control characters"));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn instance_names_are_dns_labels() {
        for good in ["a", "web-1", "x0", &"a".repeat(40)] {
            assert!(good.parse::<InstanceName>().is_ok(), "{good}");
        }
        let long = "a".repeat(10_000);
        for bad in ["", "-a", "a-", "1a", "a b", "../a", "Web", "wеb", "a\n", "a\0", &"a".repeat(41), &long] {
            assert!(bad.parse::<InstanceName>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn what_means_something_to_the_gateway_is_given_to_nobody_anew_and_still_read() {
        for reserved in OF_THE_GATEWAY {
            assert_eq!(reserved.parse::<Username>().unwrap().given_anew(), Err(RESERVED), "{reserved}");
            assert_eq!(reserved.parse::<InstanceName>().unwrap().given_anew(), Err(RESERVED), "{reserved}");
        }
        for of_people in OF_PEOPLE {
            assert_eq!(of_people.parse::<Username>().unwrap().given_anew(), Err(RESERVED), "{of_people}");
            assert!(of_people.parse::<InstanceName>().unwrap().given_anew().is_ok(), "{of_people}");
        }
        assert!("ada".parse::<Username>().unwrap().given_anew().is_ok());
        assert!("web-1".parse::<InstanceName>().unwrap().given_anew().is_ok());
        assert!("a".parse::<Username>().is_err());
    }

    #[test]
    fn no_name_can_pass_for_a_form_of_the_gateway() {
        for text in ["enrol+ada", "ada+", "+", "web-1.ada", "web 1"] {
            assert!(text.parse::<Username>().is_err() && text.parse::<InstanceName>().is_err(), "{text}");
        }
    }

    #[test]
    fn email_addresses_are_lowered_and_checked() {
        assert_eq!("Ada@Example.ORG".parse::<EmailAddress>().unwrap().as_str(), "ada@example.org");
        for bad in ["", "ada", "@b.c", "a@b", "a@b..c", "a b@c.d", "a@b.c\n<x>", "a@b@c.d"] {
            assert!(bad.parse::<EmailAddress>().is_err(), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn parsing_is_idempotent(text in "\\PC{0,80}") {
            if let Ok(label) = text.parse::<Label>() {
                prop_assert_eq!(label.as_str().parse::<Label>().unwrap(), label);
            }
        }
    }
}
