//! Who is let in to which app: a cookie for one host name, worth nothing anywhere else and to nobody after a restart.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::extract::Request;
use axum::http::{HeaderValue, header};
use planner::actor::Actor;
use tokio::time::Instant;

use super::AppsDomain;
use crate::auth::secret::{self, Secret, SecretKind};
use crate::handle::{Handle, still_there};

/// How long a visit lasts before the console is asked again.
const LIFETIME: Duration = Duration::from_secs(12 * 60 * 60);
/// How long a ticket from the console may take to the app's host.
const TICKET: Duration = Duration::from_secs(30);
/// Visits and tickets that are kept.
const MOST: usize = 100_000;

/// Why somebody may be there.
#[derive(Clone)]
pub(super) enum Pass {
    Person(Actor),
    /// Holds a signed link.
    Link,
}

#[derive(Clone)]
pub(super) struct Visit {
    label: String,
    pass: Pass,
    until: Instant,
}

impl Visit {
    pub(super) fn person(&self) -> Option<Actor> {
        match &self.pass {
            Pass::Person(actor) => Some(actor.clone()),
            Pass::Link => None,
        }
    }

    pub(super) const fn is_link(&self) -> bool {
        matches!(self.pass, Pass::Link)
    }
}

/// By the hash of the secret.
#[derive(Default)]
pub(crate) struct Visits {
    tickets: Mutex<HashMap<String, Visit>>,
    open: Mutex<HashMap<String, Visit>>,
}

impl Visits {
    /// What carries a person from the console to the app's host, once. `None` while too many are under way.
    pub(super) fn ticket(&self, label: &str, actor: Actor) -> Option<String> {
        let visit = Visit { label: label.to_owned(), pass: Pass::Person(actor), until: Instant::now() + TICKET };
        keep(&self.tickets, visit)
    }

    /// The value of `Set-Cookie` for whoever brings a ticket for this host.
    pub(super) fn redeem(&self, ticket: &str, label: &str, secure: bool) -> Option<HeaderValue> {
        let found = lock(&self.tickets).remove(&secret::hash(ticket))?;
        let good = found.label == label && found.until > Instant::now();
        good.then(|| self.begin(label, found.pass, LIFETIME, secure)).flatten()
    }

    pub(super) fn begin(&self, label: &str, pass: Pass, lifetime: Duration, secure: bool) -> Option<HeaderValue> {
        let visit = Visit { label: label.to_owned(), pass, until: Instant::now() + lifetime };
        let secret = keep(&self.open, visit)?;
        let tail = if secure { "; Secure" } else { "" };
        let (name, seconds) = (cookie_name(secure), lifetime.as_secs());
        let cookie = format!("{name}={secret}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{tail}");
        HeaderValue::try_from(cookie).ok()
    }

    pub(super) fn of(&self, request: &Request, apps: &AppsDomain, label: &str) -> Option<Visit> {
        let name = cookie_name(apps.is_secure());
        let cookies = request.headers().get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut pairs = cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let secret = pairs.find(|(known, _)| *known == name)?.1;
        let found = lock(&self.open).get(&secret::hash(secret)).cloned()?;
        (found.label == label && found.until > Instant::now()).then_some(found)
    }

    /// Ends the visits of those who are signed out meanwhile.
    pub(crate) fn sweep(&self, handle: &Handle) {
        let (world, now) = (handle.world(), handle.now());
        let holds = |visit: &Visit| match &visit.pass {
            Pass::Person(actor) => still_there(&world, actor, now),
            Pass::Link => true,
        };
        lock(&self.open).retain(|_, visit| visit.until > Instant::now() && holds(visit));
    }
}

pub(super) const fn cookie_name(secure: bool) -> &'static str {
    if secure { "__Host-dockhost-app" } else { "dockhost-app" }
}

fn keep(visits: &Mutex<HashMap<String, Visit>>, visit: Visit) -> Option<String> {
    let mut visits = lock(visits);
    if visits.len() >= MOST {
        let now = Instant::now();
        visits.retain(|_, visit| visit.until > now);
    }
    if visits.len() >= MOST {
        return None;
    }
    let secret = Secret::generate(SecretKind::Ticket);
    visits.insert(secret::hash(secret.expose()), visit);
    Some(secret.expose().to_owned())
}

fn lock(visits: &Mutex<HashMap<String, Visit>>) -> std::sync::MutexGuard<'_, HashMap<String, Visit>> {
    visits.lock().unwrap_or_else(PoisonError::into_inner)
}
