//! What is asked of accounts: by their holders of their own, and by administrators of those of others.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::name::Username;

#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ChangePassword {
    pub current: String,
    pub new: String,
    #[serde(default)]
    pub end: EndOthers,
}

/// What ends with the old password, beside every session but the one that asks: for somebody who fears that another had it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct EndOthers {
    #[serde(default)]
    pub tokens: bool,
    #[serde(default)]
    pub ssh_keys: bool,
}

#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ChangeEmail {
    pub email: String,
    /// The password.
    pub current: String,
}

/// Gives the password once more, for what makes a new way into the account.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ProveSession {
    pub password: String,
}

/// Sets another password by the secret of a reset link, which works once.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ResetPassword {
    pub secret: String,
    pub password: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SetAdministrator {
    pub administrator: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SuspendPerson {
    /// Stop what runs of theirs, too; otherwise it goes on.
    #[serde(default)]
    pub stop: bool,
}

/// What becomes of what the person has. Without a word on something that they have, nobody is removed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RemovePerson {
    #[serde(default)]
    pub instances: Option<Handover>,
    #[serde(default)]
    pub nodes: Option<Handover>,
}

/// `"delete"`, or `{"give": "bob"}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Handover {
    Delete,
    Give(Username),
}

/// As it is typed: `delete`, or `give:bob`.
impl FromStr for Handover {
    type Err = String;

    fn from_str(typed: &str) -> Result<Self, String> {
        match typed.split_once(':') {
            None if typed == "delete" => Ok(Self::Delete),
            Some(("give", username)) => {
                username.parse::<Username>().map(Self::Give).map_err(|why| format!("the username {why}"))
            }
            None | Some(_) => Err("write `delete`, or `give:` and a username".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_becomes_of_something_is_read_whole_or_refused() {
        assert_eq!("delete".parse(), Ok(Handover::Delete));
        assert_eq!("give:bob".parse(), Ok(Handover::Give("bob".parse().unwrap())));
        for typed in ["", "give", "give:", "give:B b", "delete:bob", "keep", "Delete"] {
            assert!(typed.parse::<Handover>().is_err(), "{typed}");
        }
    }

    #[test]
    fn a_word_on_what_somebody_has_is_read_as_people_write_it() {
        let read = |text: &str| serde_json::from_str::<RemovePerson>(text);
        let asked = read(r#"{"instances":"delete","nodes":{"give":"bob"}}"#).unwrap();
        assert_eq!(asked.instances, Some(Handover::Delete));
        assert_eq!(asked.nodes, Some(Handover::Give("bob".parse().unwrap())));
        assert_eq!(read("{}").unwrap(), RemovePerson::default());
        for text in
            [r#"{"instances":"keep"}"#, r#"{"instances":{"give":"B b"}}"#, r#"{"instances":{"give":"a","x":1}}"#]
        {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
