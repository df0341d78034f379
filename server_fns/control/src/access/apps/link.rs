//! Links that open a public URL for whoever holds them, until they expire. They are signed and not stored, so one that
//! was given away ends by its time, or when the port is withdrawn.

use std::time::Duration;

use axum::extract::Request;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;
use hmac::{Hmac, Mac};
use model::Timestamp;
use model::id::InstanceId;
use model::port::{ContainerPort, UrlAccess};
use model::refusal::{Refusal, RefusalCode};
use model::request::AskLink;
use model::view::LinkView;
use planner::access::app;
use planner::actor::Actor;
use sha2::Sha256;

use super::enter::redirect;
use super::visits::Pass;
use super::{AppsDomain, page};
use crate::handle::Handle;

/// What it is called in an address.
const NAME: &str = "dockhost-link";
/// The longest that one may open.
const HOURS: u32 = 30 * 24;

impl Handle {
    /// A link to the public URL of a declared port, for whoever holds it.
    pub fn app_link(
        &self,
        actor: &Actor,
        id: InstanceId,
        port: ContainerPort,
        asked: AskLink,
    ) -> Result<LinkView, Refusal> {
        let world = self.world();
        let instance = actor.instance(&world, id)?;
        let none = "This installation has no domain for apps: its operator sets DOCKHOST_APPS_DOMAIN.";
        let apps = self.apps.as_ref().ok_or_else(|| Refusal::new(RefusalCode::Unavailable, none))?;
        if instance.spec.url_access(port) == UrlAccess::Off {
            let message = format!("Port {} of {} has no public URL; give it one first.", port.0, instance.spec.name);
            return Err(Refusal::new(RefusalCode::Conflict, message));
        }
        if !(1..=HOURS).contains(&asked.hours) {
            return Err(Refusal::field("hours", format!("A link opens for 1 to {HOURS} hours.")));
        }
        let expires_at = self.now().wall + TimeDelta::hours(i64::from(asked.hours));
        let until = expires_at.timestamp();
        let label = format!("{}-{}", port.0, instance.spec.url_name);
        let proof = hex::encode(signed(&self.authority.links, id, port, until).finalize().into_bytes());
        Ok(LinkView { url: apps.url_of(&label, &format!("/?{NAME}={until}.{proof}")), expires_at })
    }
}

/// Lets the holder of a good link in, and takes the link out of the address. `None` if there is none in it.
pub(super) fn follow(handle: &Handle, apps: &AppsDomain, label: &str, request: &Request) -> Option<Response> {
    let query = request.uri().query()?;
    let value = query.split('&').find_map(|pair| pair.strip_prefix(NAME)?.strip_prefix('='))?;
    let rest = query.split('&').filter(|pair| !pair.starts_with(NAME)).collect::<Vec<_>>().join("&");
    let (until, proof) = value.split_once('.')?;
    let world = handle.world();
    let good = app(&world, label).and_then(|(instance, port)| {
        let until: i64 = until.parse().ok()?;
        let proof = hex::decode(proof).ok()?;
        signed(&handle.authority.links, instance.id, port, until).verify_slice(&proof).ok()?;
        left(until, handle.now().wall)
    });
    let Some(left) = good else {
        let words = "This link has expired, or was never good. Ask whoever gave it to you for another.";
        return Some(page::words(axum::http::StatusCode::FORBIDDEN, "The link does not open", words));
    };
    let cookie = handle.visits.begin(label, Pass::Link, left, apps.is_secure())?;
    let path = request.uri().path();
    let to = if rest.is_empty() { path.to_owned() } else { format!("{path}?{rest}") };
    Some(([(header::SET_COOKIE, cookie)], redirect(&to)).into_response())
}

fn left(until: i64, now: Timestamp) -> Option<Duration> {
    u64::try_from(until - now.timestamp()).ok().filter(|seconds| *seconds > 0).map(Duration::from_secs)
}

fn signed(key: &[u8], id: InstanceId, port: ContainerPort, until: i64) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key may have any length");
    mac.update(format!("link {id} {} {until}", port.0).as_bytes());
    mac
}
