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
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;
use model::port::UrlAccess;
use planner::urls::{App, Pass, app, may_open};

use admitted::Admitted;
pub use domain::{AppsDomain, BadAppsDomain};
use enter::Entry;
pub(crate) use identity::{KEYS, console_keys};
pub(crate) use open::{SCRIPT, open, script};

use crate::authority::Authority;
use crate::core::Core;
use crate::http::Dialled;
use crate::http::host_name::host;
use crate::tickets::Tickets;
use crate::tunnel::Tunnels;
use visit::VisitCookies;

/// On the console, where an app's host sends whoever must say who they are.
pub(crate) const OPEN: &str = "/open";
/// Below which an app's host name answers for us and not for the app.
const OURS: &str = "/.dockhost/";
/// Where a ticket becomes a cookie.
const ENTER: &str = "/.dockhost/enter";
/// Where that cookie is seen for the first time.
const ARRIVED: &str = "/.dockhost/arrived";

/// The way to apps, for their visitors and for whoever shares them.
pub struct Urls {
    core: Core,
    tunnels: Arc<Tunnels>,
    authority: Arc<Authority>,
    tickets: Tickets<Entry>,
    /// None: no port has a public URL.
    apps: Option<AppsDomain>,
}

impl Urls {
    pub(crate) fn new(core: Core, tunnels: Arc<Tunnels>, authority: Arc<Authority>, apps: Option<AppsDomain>) -> Self {
        Self { core, tunnels, authority, tickets: Tickets::default(), apps }
    }
}

/// Takes what is for the domain of apps, and lets everything else pass. It stands around all other layers.
pub(crate) async fn divert(State(urls): State<Arc<Urls>>, request: Request, next: Next) -> Response {
    let Some(apps) = &urls.apps else { return next.run(request).await };
    match host(&request).and_then(|host| apps.label(&host)) {
        Some(label) => serve(&urls, apps, &label, request).await,
        None => next.run(request).await,
    }
}

async fn serve(urls: &Urls, apps: &AppsDomain, label: &str, request: Request) -> Response {
    if let Err(refused) = headers::check(request.headers()) {
        return page::plain(refused.0, refused.1);
    }
    if request.uri().path().starts_with(OURS) {
        return ours(urls, apps, label, &request);
    }
    let world = urls.core.world();
    let app = app(&world, label);
    if let Some(answer) = link::follow(urls, apps, app, &request) {
        return answer;
    }
    let Some(app) = app else { return enter::elsewhere(apps, label, &request, false) };
    let (visit, pass) = match seen(urls, apps, app, &request) {
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
    let asked =
        headers::RequestContext { peer, scheme, identity: identity(urls, apps, app, &host, pass.as_ref()), host };
    let name = app.instance.spec.name.as_str();
    proxy::pass(urls, Admitted::new(app, visit), name, asked, request).await
}

fn ours(urls: &Urls, apps: &AppsDomain, label: &str, request: &Request) -> Response {
    match request.uri().path() {
        KEYS => identity::keys(&urls.authority.identity),
        ENTER => enter::enter(urls, apps, label, request),
        ARRIVED => enter::arrived(urls, apps, label, request),
        _ => page::nothing(StatusCode::NOT_FOUND),
    }
}

type Seen = Option<(visit::Visit, Pass)>;

/// Who comes, as their cookie says. What is open to all asks nobody, so that an app cannot be made to do anything in the
/// name of a person.
#[expect(clippy::result_large_err, reason = "it is answered at once, and passed on through no other function")]
fn seen(urls: &Urls, apps: &AppsDomain, app: App<'_>, request: &Request) -> Result<Seen, Response> {
    if app.port.url == UrlAccess::Public {
        return Ok(None);
    }
    let (world, now) = (urls.core.world(), urls.core.now());
    match visit::shown(request.headers(), &urls.authority.links, apps, &world, app, now) {
        VisitCookies::Nothing => Ok(None),
        VisitCookies::One(visit) => Ok(visit.pass(&world, now).map(|pass| (visit, pass))),
        VisitCookies::Two => Err(enter::planted(apps)),
    }
}

/// What the app is told of a person who is signed in.
fn identity(
    urls: &Urls,
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
        now: urls.core.now().wall,
    };
    let token = identity::token(&urls.authority.identity, &claims)?;
    Some(headers::Identity { person: actor.username.clone(), token })
}
