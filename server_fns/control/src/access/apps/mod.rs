//! Public URLs: `web-1-8080--ada.apps.example.org` is port 8080 of ada's instance `web-1`, wherever its node is.
//!
//! Apps live on a domain of their own, so that no page of theirs is ever a page of the console. What comes in for that
//! domain never reaches the console's routes, and the console's cookies never reach an app.

mod admitted;
mod answer;
mod browser;
mod cookies;
mod domain;
mod enter;
mod guard;
mod headers;
mod identity;
mod link;
mod open;
mod outward;
mod page;
mod proxy;
mod sent;
mod switch;
mod tls;
mod visit;

use std::net::IpAddr;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;
use model::port::UrlAccess;
use planner::urls::{App, Pass, app, may_open};

pub(crate) use admitted::Admitted;
pub use domain::{AppsDomain, BadAppsDomain};
pub(crate) use enter::Entry;
pub(crate) use identity::{KEYS, console_keys};
pub(crate) use open::{OPEN, SCRIPT, open, script};

use crate::handle::Handle;
use crate::http::Dialled;
use crate::http::hosts::host;
use visit::Shown;

/// Below which an app's host name answers for us and not for the app.
const OURS: &str = "/.dockhost/";
/// Where a ticket becomes a cookie.
const ENTER: &str = "/.dockhost/enter";
/// Where that cookie is seen for the first time.
const ARRIVED: &str = "/.dockhost/arrived";

/// Takes what is for the domain of apps, and lets everything else pass. It stands around all other layers.
pub(crate) async fn divert(State(handle): State<Handle>, request: Request, next: Next) -> Response {
    let Some(apps) = handle.apps.clone() else { return next.run(request).await };
    match host(&request).and_then(|host| apps.label(&host)) {
        Some(label) => serve(&handle, &apps, &label, request).await,
        None => next.run(request).await,
    }
}

async fn serve(handle: &Handle, apps: &AppsDomain, label: &str, request: Request) -> Response {
    if let Err(refused) = headers::check(request.headers()) {
        return page::plain(refused.0, refused.1);
    }
    if request.uri().path().starts_with(OURS) {
        return ours(handle, apps, label, &request);
    }
    let world = handle.world();
    let app = app(&world, label);
    if let Some(answer) = link::follow(handle, apps, app, &request) {
        return answer;
    }
    let Some(app) = app else { return enter::elsewhere(apps, label, &request, false) };
    let (visit, pass) = match seen(handle, apps, app, &request) {
        Ok(seen) => seen.unzip(),
        Err(answer) => return answer,
    };
    if !may_open(&world, app, pass.as_ref()) {
        return enter::elsewhere(apps, label, &request, visit.is_some());
    }
    if visit.is_some() {
        let own = apps.origin_of(label);
        if let Err(foreign) = guard::from_own_page(request.method(), request.headers(), &own) {
            return page::words(StatusCode::FORBIDDEN, "The app was not asked", &foreign.sentence(&own));
        }
    }
    let peer = request.extensions().get::<ConnectInfo<Dialled>>();
    let peer = peer.map_or(IpAddr::from([0, 0, 0, 0]), |info| info.0.address());
    let (scheme, host) = (apps.scheme(), apps.host_of(label));
    let asked = headers::Asked { peer, scheme, identity: identity(handle, apps, app, &host, pass.as_ref()), host };
    let name = app.instance.spec.name.as_str();
    proxy::pass(handle, Admitted::new(app, visit), name, asked, request).await
}

fn ours(handle: &Handle, apps: &AppsDomain, label: &str, request: &Request) -> Response {
    match request.uri().path() {
        KEYS => identity::keys(&handle.authority.identity),
        ENTER => enter::enter(handle, apps, label, request),
        ARRIVED => enter::arrived(handle, apps, label, request),
        _ => page::nothing(StatusCode::NOT_FOUND),
    }
}

type Seen = Option<(visit::Visit, Pass)>;

/// Who comes, as their cookie says. What is open to all asks nobody, so that an app cannot be made to do anything in the
/// name of a person.
#[expect(clippy::result_large_err, reason = "it is answered at once, and passed on through no other function")]
fn seen(handle: &Handle, apps: &AppsDomain, app: App<'_>, request: &Request) -> Result<Seen, Response> {
    if app.port.url == UrlAccess::Public {
        return Ok(None);
    }
    let (world, now) = (handle.world(), handle.now());
    match visit::shown(request.headers(), &handle.authority.links, apps, &world, app, now) {
        Shown::Nothing => Ok(None),
        Shown::One(visit) => Ok(visit.pass(&world, now).map(|pass| (visit, pass))),
        Shown::Two => Err(enter::planted(apps)),
    }
}

/// What the app is told of a person who is signed in.
fn identity(
    handle: &Handle,
    apps: &AppsDomain,
    app: App<'_>,
    host: &str,
    pass: Option<&Pass>,
) -> Option<headers::Identity> {
    let Some(Pass::Person(actor)) = pass else { return None };
    let claims = identity::Claims {
        issuer: apps.console(),
        audience: host,
        person: &actor.username,
        instance: app.instance.id,
        now: handle.now().wall,
    };
    let token = identity::token(&handle.authority.identity, &claims)?;
    Some(headers::Identity { person: actor.username.clone(), token })
}
