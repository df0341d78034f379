//! Reads who and what a line names. By hand for the same reason as the events of the feed: see `live::read`.

use std::fmt::Display;
use std::str::FromStr;

use serde::Deserialize;
use serde::de::{Deserializer, Error};

use super::{Cause, Subject, Way, Who};

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum WhoName {
    Person,
    Node,
    Operator,
    Dockhost,
    Stranger,
    Called,
}

/// Every member that a cause may have.
#[derive(Deserialize)]
struct CauseMembers {
    who: WhoName,
    id: Option<String>,
    name: Option<String>,
    #[serde(default)]
    way: Way,
    address: Option<String>,
}

impl<'de> Deserialize<'de> for Cause {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let CauseMembers { who, id, name, way, address } = CauseMembers::deserialize(from)?;
        let who = match who {
            WhoName::Person => Who::Person { id: parse(id)?, name: parse(name)? },
            WhoName::Node => Who::Node { id: parse(id)?, name: parse(name)? },
            WhoName::Operator => Who::Operator,
            WhoName::Dockhost => Who::Dockhost,
            WhoName::Stranger => Who::Stranger,
            WhoName::Called => Who::Called { name: parse(name)? },
        };
        Ok(Self { who, way, address })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum SubjectName {
    Instance,
    Node,
    Account,
    Installation,
}

/// Every member that a subject may have.
#[derive(Deserialize)]
struct SubjectMembers {
    kind: SubjectName,
    id: Option<String>,
    name: Option<String>,
}

impl<'de> Deserialize<'de> for Subject {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let SubjectMembers { kind, id, name } = SubjectMembers::deserialize(from)?;
        Ok(match kind {
            SubjectName::Instance => Self::Instance { id: parse(id)?, name: parse(name)? },
            SubjectName::Node => Self::Node { id: parse(id)?, name: parse(name)? },
            SubjectName::Account => Self::Account { id: parse(id)?, name: parse(name)? },
            SubjectName::Installation => Self::Installation,
        })
    }
}

fn parse<T: FromStr<Err: Display>, E: Error>(text: Option<String>) -> Result<T, E> {
    text.ok_or_else(|| E::custom("somebody or something has no id or no name"))?.parse().map_err(E::custom)
}
