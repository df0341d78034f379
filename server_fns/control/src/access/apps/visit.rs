//! What lets a visitor in on the host of one app: a text that is signed and not stored, so that nobody fills a table with
//! theirs. It is good for one instance, one port, and the time for which that port is open; whether its holder may be
//! there is asked again each time.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue};
use chrono::{DateTime, TimeDelta};
use hmac::{Hmac, Mac};
use model::Timestamp;
use model::id::{PersonId, SessionId, TokenId};
use planner::actor::{Actor, Via};
use planner::clock::Now;
use planner::urls::{App, Pass};
use planner::world::World;
use sha2::{Digest, Sha256};

use super::AppsDomain;
use super::cookies::Cookie;
use crate::core::still_there;

/// How long somebody who is signed in is let in before the console is asked again.
pub(super) const LIFETIME: Duration = Duration::from_secs(12 * 60 * 60);

/// Who was let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Who {
    Session(SessionId),
    Token(TokenId),
    /// Whoever holds a link.
    Guest(Maker),
}

/// Who made a link, and the SHA-256 of what their password was then, as it is stored: whoever sets another one ends what a
/// thief gave away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Maker {
    person: PersonId,
    password: [u8; 32],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Visit {
    pub(super) who: Who,
    pub(super) until: Timestamp,
}

/// What a text is for: one that stands in an address opens nothing as a cookie, and the other way round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Cookie,
    Link,
}

/// What a browser shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum VisitCookies {
    Nothing,
    One(Visit),
    /// Two that are good: another page planted one, and nobody can tell which.
    Two,
}

impl Maker {
    fn known(world: &World, person: PersonId) -> Option<Self> {
        let row = world.people.get(&person)?;
        Some(Self { person, password: Sha256::digest(&row.password_hash).into() })
    }
}

impl Who {
    /// Whoever gets a link from that person now.
    pub(super) fn guest_of(world: &World, maker: PersonId) -> Option<Self> {
        Maker::known(world, maker).map(Self::Guest)
    }

    pub(super) const fn of(actor: &Actor) -> Option<Self> {
        match actor.via {
            Via::Session(id) => Some(Self::Session(id)),
            Via::Token(id) => Some(Self::Token(id)),
            Via::SshKey(_) | Via::Console => None,
        }
    }

    fn read(text: &str, world: &World) -> Option<Self> {
        let session = || text.parse().ok().map(Self::Session);
        let token = || text.parse().ok().map(Self::Token);
        session().or_else(token).or_else(|| Self::guest_of(world, text.parse().ok()?))
    }

    fn text(self) -> String {
        match self {
            Self::Session(id) => id.to_string(),
            Self::Token(id) => id.to_string(),
            Self::Guest(maker) => maker.person.to_string(),
        }
    }
}

impl Visit {
    /// Why its holder may be there; `None` once they are signed out, or the time is over.
    pub(super) fn pass(&self, world: &World, now: Now) -> Option<Pass> {
        if self.until <= now.wall {
            return None;
        }
        let (person, via) = match self.who {
            Who::Session(id) => (world.sessions.get(&id)?.person, Via::Session(id)),
            Who::Token(id) => (world.tokens.get(&id)?.person, Via::Token(id)),
            Who::Guest(maker) => {
                return (Maker::known(world, maker.person) == Some(maker)).then_some(Pass::Link(maker.person));
            }
        };
        let actor = Actor::new(world.people.get(&person)?, via);
        still_there(world, &actor, now).then_some(Pass::Person(actor))
    }

    pub(super) fn sealed(&self, key: &[u8], purpose: Purpose, app: App<'_>) -> Option<String> {
        let proof = hex::encode(self.proof(key, purpose, app)?.finalize().into_bytes());
        Some(format!("{}.{}.{proof}", self.until.timestamp(), self.who.text()))
    }

    /// One that was sealed for this app and this purpose.
    pub(super) fn read(text: &str, key: &[u8], purpose: Purpose, world: &World, app: App<'_>) -> Option<Self> {
        let mut parts = text.splitn(3, '.');
        let (until, who, proof) = (parts.next()?, parts.next()?, parts.next()?);
        let until = DateTime::from_timestamp(until.parse().ok()?, 0)?;
        let visit = Self { who: Who::read(who, world)?, until };
        visit.proof(key, purpose, app)?.verify_slice(&hex::decode(proof).ok()?).ok()?;
        Some(visit)
    }

    fn proof(&self, key: &[u8], purpose: Purpose, app: App<'_>) -> Option<Hmac<Sha256>> {
        let purpose = match purpose {
            Purpose::Cookie => "visit",
            Purpose::Link => "link",
        };
        let password = match self.who {
            Who::Guest(maker) => hex::encode(maker.password),
            Who::Session(_) | Who::Token(_) => String::new(),
        };
        let (instance, port, opened) = (app.instance.id, app.port.port.0, app.port.opened);
        let (until, who) = (self.until.timestamp(), self.who.text());
        let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
        mac.update(format!("{purpose} {instance} {port} {opened} {until} {who} {password}").as_bytes());
        Some(mac)
    }
}

/// The value of `Set-Cookie` that lets them in until then.
pub(super) fn cookie(key: &[u8], apps: &AppsDomain, app: App<'_>, visit: &Visit, now: Now) -> Option<HeaderValue> {
    let left = u64::try_from((visit.until - now.wall).num_seconds()).ok()?;
    Cookie::Visit.set(apps, &visit.sealed(key, Purpose::Cookie, app)?, left)
}

/// What of that a browser shows is good here and now. Others are as if they were not there.
pub(super) fn shown(
    headers: &HeaderMap,
    key: &[u8],
    apps: &AppsDomain,
    world: &World,
    app: App<'_>,
    now: Now,
) -> VisitCookies {
    let texts = Cookie::Visit.values(headers, apps);
    let good = texts.iter().filter_map(|text| Visit::read(text, key, Purpose::Cookie, world, app));
    let good: Vec<Visit> = good.filter(|visit| visit.pass(world, now).is_some()).collect();
    match good.iter().max_by_key(|visit| visit.until) {
        None => VisitCookies::Nothing,
        Some(last) if good.iter().all(|visit| visit.who == last.who) => VisitCookies::One(*last),
        Some(_) => VisitCookies::Two,
    }
}

/// Of somebody who comes in now.
pub(super) fn begun(who: Who, now: Now) -> Visit {
    Visit { who, until: now.wall + TimeDelta::from_std(LIFETIME).unwrap_or_default() }
}
