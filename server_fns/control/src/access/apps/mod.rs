//! Public URLs: `8080-web-1.apps.example.org` is port 8080 of the instance `web-1`, wherever its node is.
//!
//! Apps live on a domain of their own, so that no page of theirs is ever a page of the console. What comes in for that
//! domain never reaches the console's routes, and the console's cookies never reach an app.

mod domain;
mod enter;
mod headers;
mod link;
mod page;
mod proxy;
mod tls;
mod visits;

use std::net::IpAddr;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::header;
use axum::middleware::Next;
use axum::response::Response;
use planner::access::{app, may_open};

pub use domain::{AppsDomain, BadAppsDomain};
pub(crate) use enter::{OPEN, open};
pub(crate) use visits::Visits;

use crate::handle::Handle;
use crate::http::Dialled;

/// Below which an app's host name answers for us and not for the app.
const OURS: &str = "/.dockhost/";

/// Takes what is for the domain of apps, and lets everything else pass. It stands around all other layers.
pub(crate) async fn divert(State(handle): State<Handle>, request: Request, next: Next) -> Response {
    let Some(apps) = handle.apps.clone() else { return next.run(request).await };
    match host(&request).and_then(|host| apps.label(&host)) {
        Some(label) => serve(&handle, &apps, &label, request).await,
        None => next.run(request).await,
    }
}

/// The host that a browser asked for. HTTP/2 has it in the address.
fn host(request: &Request) -> Option<String> {
    let named = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).map(str::to_owned);
    named.or_else(|| request.uri().authority().map(|authority| authority.to_string()))
}

async fn serve(handle: &Handle, apps: &AppsDomain, label: &str, request: Request) -> Response {
    if let Err(refused) = headers::check(request.headers()) {
        return page::plain(refused.0, refused.1);
    }
    if request.uri().path().starts_with(OURS) {
        return enter::enter(handle, apps, label, &request);
    }
    if let Some(answer) = link::follow(handle, apps, label, &request) {
        return answer;
    }
    let visit = handle.visits.of(&request, apps, label);
    let world = handle.world();
    let Some((instance, port)) = app(&world, label) else {
        return enter::elsewhere(apps, label, &request, visit.as_ref());
    };
    let person = visit.as_ref().and_then(|visit| visit.person());
    let by_link = visit.as_ref().is_some_and(|visit| visit.is_link());
    if !by_link && !may_open(instance, port, person.as_ref().map(|actor| actor.person)) {
        return enter::elsewhere(apps, label, &request, visit.as_ref());
    }
    let peer = request.extensions().get::<ConnectInfo<Dialled>>();
    let peer = peer.map_or(IpAddr::from([0, 0, 0, 0]), |info| info.0.address());
    let asked = headers::Asked {
        peer,
        scheme: apps.scheme(),
        host: apps.host_of(label),
        person: person.map(|actor| actor.username),
    };
    proxy::pass(handle, instance.id, port, instance.spec.name.as_str(), asked, request).await
}
