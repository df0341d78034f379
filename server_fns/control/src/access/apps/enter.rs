//! From the console, where people are signed in, to an app's host, where nobody is.

use axum::extract::{Query, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use planner::access::{app, may_open};
use serde::Deserialize;

use super::visits::Visit;
use super::{AppsDomain, OURS, page};
use crate::handle::Handle;
use crate::http::cookie::{self, SecureCookies};

/// On the console.
pub(crate) const OPEN: &str = "/open";
/// The page that leads there once somebody has signed in.
const VISIT: &str = "/visit";

#[derive(Deserialize)]
pub(crate) struct Wanted {
    app: String,
    #[serde(default)]
    path: String,
}

/// Sends a person who is signed in on to the app, with a ticket; somebody else to the sign-in page.
pub(crate) async fn open(
    State(handle): State<Handle>,
    Query(Wanted { app: label, path }): Query<Wanted>,
    request: Request,
) -> Response {
    let Some(apps) = handle.apps.clone() else { return page::nothing(StatusCode::NOT_FOUND) };
    let path = local(&path);
    let secure = request.extensions().get::<SecureCookies>().is_some_and(|secure| secure.0);
    let actor = match cookie::credential(request.headers(), secure) {
        Some(credential) => handle.authenticate(credential).await.ok(),
        None => None,
    };
    let Some(actor) = actor else {
        return redirect(&format!("{VISIT}?app={}&path={}", encoded(&label), encoded(&path)));
    };
    let world = handle.world();
    let may = app(&world, &label).is_some_and(|(instance, port)| may_open(instance, port, Some(actor.person)));
    if !may {
        return page::nothing(StatusCode::NOT_FOUND);
    }
    match handle.visits.ticket(&label, actor) {
        Some(ticket) => redirect(&apps.url_of(&label, &format!("{OURS}enter?ticket={ticket}&path={}", encoded(&path)))),
        None => {
            page::plain(StatusCode::SERVICE_UNAVAILABLE, "Too many people are on their way in. Try again in a moment.")
        }
    }
}

#[derive(Deserialize)]
struct Ticket {
    ticket: String,
    #[serde(default)]
    path: String,
}

/// On the app's host: the ticket becomes a cookie, and goes from the address.
pub(super) fn enter(handle: &Handle, apps: &AppsDomain, label: &str, request: &Request) -> Response {
    let query: Result<Query<Ticket>, _> = Query::try_from_uri(request.uri());
    let Ok(Query(Ticket { ticket, path })) = query else { return page::nothing(StatusCode::NOT_FOUND) };
    match handle.visits.redeem(&ticket, label, apps.is_secure()) {
        Some(cookie) => ([(header::SET_COOKIE, cookie)], redirect(&local(&path))).into_response(),
        // It was used already, perhaps by going back: the console gives another.
        None => redirect(&console(apps, label, &local(&path))),
    }
}

/// Somebody who may not be here: sent to the console to say who they are, or, if they have, told that there is nothing.
/// What does not exist and what is somebody else's are the same.
pub(super) fn elsewhere(apps: &AppsDomain, label: &str, request: &Request, visit: Option<&Visit>) -> Response {
    let page_wanted = request.method() == axum::http::Method::GET && wants_page(request.headers());
    if visit.is_some() || !page_wanted {
        return page::nothing(if visit.is_some() { StatusCode::NOT_FOUND } else { StatusCode::UNAUTHORIZED });
    }
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    redirect(&console(apps, label, path))
}

fn console(apps: &AppsDomain, label: &str, path: &str) -> String {
    format!("{}{OPEN}?app={}&path={}", apps.console(), encoded(label), encoded(path))
}

fn wants_page(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"))
}

pub(super) fn redirect(to: &str) -> Response {
    let headers =
        [(header::LOCATION, to), (header::CACHE_CONTROL, "no-store"), (header::REFERRER_POLICY, "no-referrer")];
    (StatusCode::FOUND, headers).into_response()
}

/// A path of the same host: nothing that a browser could take for another one.
fn local(path: &str) -> String {
    let good = path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains('\\')
        && path.bytes().all(|byte| byte.is_ascii_graphic());
    if good { path.to_owned() } else { "/".to_owned() }
}

pub(super) fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => encoded.push(char::from(byte)),
            _ => encoded += &format!("%{byte:02X}"),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::local;

    #[test]
    fn nobody_is_sent_to_another_host() {
        assert_eq!(local("/a?b=c"), "/a?b=c");
        for bad in
            ["//evil.example", "/\\evil.example", "https://evil.example", "", "evil", "/a\r\nSet-Cookie: x", "/\u{e4}"]
        {
            assert_eq!(local(bad), "/", "{bad:?}");
        }
    }
}
