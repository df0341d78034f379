//! Reads what the server says over the socket. The code that serde derives for a tag reads the whole into a buffer first, and
//! each view out of that by code of its own: a second copy of it all in everybody's download, and a slower one.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, Visitor};

use super::{LiveChange, LiveEvent, LiveWorld};
use crate::Timestamp;
use crate::version::Revision;

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum EventName {
    Snapshot,
    Changed,
    SignedOut,
}

/// Every member that an event may have.
#[derive(Deserialize)]
struct Members {
    live: EventName,
    revision: Option<Revision>,
    from: Option<Revision>,
    to: Option<Revision>,
    now: Option<Timestamp>,
    world: Option<Box<LiveWorld>>,
    changes: Option<Vec<LiveChange>>,
}

impl<'de> Deserialize<'de> for LiveEvent {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let members = Members::deserialize(from)?;
        members.event().ok_or_else(|| Error::custom("an event of the feed lacks a member"))
    }
}

impl Members {
    fn event(self) -> Option<LiveEvent> {
        let Self { live, revision, from, to, now, world, changes } = self;
        Some(match live {
            EventName::Snapshot => LiveEvent::Snapshot { revision: revision?, now: now?, world: world? },
            EventName::Changed => LiveEvent::Changed { from: from?, to: to?, now: now?, changes: changes? },
            EventName::SignedOut => LiveEvent::SignedOut,
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum ChangeName {
    Me,
    Quota,
    Images,
    Instance,
    InstanceGone,
    Node,
    NodeGone,
    SshKey,
    SshKeyGone,
    Token,
    TokenGone,
    Activity,
}

#[derive(PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Member {
    Change,
    Value,
}

impl<'de> Deserialize<'de> for LiveChange {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(NameThenValue)
    }
}

/// The server writes the name first, and the name says of which type the value is.
struct NameThenValue;

impl<'de> Visitor<'de> for NameThenValue {
    type Value = LiveChange;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a change and then its value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<LiveChange, A::Error> {
        expect(&mut map, &Member::Change)?;
        let name = map.next_value()?;
        expect(&mut map, &Member::Value)?;
        Ok(match name {
            ChangeName::Me => LiveChange::Me(map.next_value()?),
            ChangeName::Quota => LiveChange::Quota(map.next_value()?),
            ChangeName::Images => LiveChange::Images(map.next_value()?),
            ChangeName::Instance => LiveChange::Instance(map.next_value()?),
            ChangeName::InstanceGone => LiveChange::InstanceGone(map.next_value()?),
            ChangeName::Node => LiveChange::Node(map.next_value()?),
            ChangeName::NodeGone => LiveChange::NodeGone(map.next_value()?),
            ChangeName::SshKey => LiveChange::SshKey(map.next_value()?),
            ChangeName::SshKeyGone => LiveChange::SshKeyGone(map.next_value()?),
            ChangeName::Token => LiveChange::Token(map.next_value()?),
            ChangeName::TokenGone => LiveChange::TokenGone(map.next_value()?),
            ChangeName::Activity => LiveChange::Activity(map.next_value()?),
        })
    }
}

fn expect<'de, A: MapAccess<'de>>(map: &mut A, wanted: &Member) -> Result<(), A::Error> {
    let found = map.next_key::<Member>()?;
    if found.as_ref() == Some(wanted) { Ok(()) } else { Err(Error::custom("a change has a name, then a value")) }
}
