//! From the console, where people are signed in, to an app's host, where nobody is.

use axum::extract::{Query, Request};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use model::id::InstanceId;
use model::port::DeclaredPort;
use planner::urls::{App, Pass, app};
use serde::Deserialize;
use tokio::time::Instant;

use super::browser::Browser;
use super::cookies::{Cookie, FOR_EVER};
use super::guard::{navigates, wants_page};
use super::visit::{self, Visit, VisitCookies, Who, begun, cookie as cookie_of};
use super::{ARRIVED, AppsDomain, OPEN, Urls, page};

/// Who is on their way from the console, and to which app.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry {
    pub(super) who: Who,
    pub(super) instance: InstanceId,
    pub(super) port: DeclaredPort,
    pub(super) browser: Browser,
}

#[derive(Deserialize)]
struct Ticket {
    ticket: String,
    #[serde(default)]
    path: String,
}

/// On the app's host: the ticket becomes a cookie, and goes from the address.
pub(super) fn enter(urls: &Urls, apps: &AppsDomain, label: &str, request: &Request) -> Response {
    if !navigates(request.headers()) {
        return unseen();
    }
    let query: Result<Query<Ticket>, _> = Query::try_from_uri(request.uri());
    let Ok(Query(Ticket { ticket, path })) = query else { return page::nothing(StatusCode::NOT_FOUND) };
    let (world, now, path) = (urls.core.world(), urls.core.now(), local(&path));
    let entry = urls.tickets.redeem(&ticket, Instant::now()).ok();
    let found = app(&world, label).zip(entry);
    let found = found.filter(|(app, entry)| app.instance.id == entry.instance && app.port == entry.port);
    let Some((app, entry)) = found else {
        // It was used already, perhaps by going back: whoever is not in is sent for another.
        return redirect(&path);
    };
    if Browser::shown(request.headers(), apps) != Some(entry.browser) {
        let sentence = "This way in was made for another browser, or yours keeps no cookie here. Open the address of the \
                        app itself; if this comes again, allow cookies for it.";
        return page::words(StatusCode::FORBIDDEN, "The way in is not this browser's", sentence);
    }
    let visit = begun(entry.who, now);
    let inside = match visit::shown(request.headers(), &urls.authority.links, apps, &world, app, now) {
        VisitCookies::One(known) => known.pass(&world, now),
        VisitCookies::Nothing | VisitCookies::Two => None,
    };
    if let (Some(Pass::Person(inside)), Some(Pass::Person(comes))) = (inside, visit.pass(&world, now))
        && inside.person != comes.person
    {
        // Whoever sends a ticket of their own to others would have them act in their name.
        let sentence =
            format!("{} is in here with this browser, and the link is of {}.", inside.username, comes.username);
        return page::words(StatusCode::CONFLICT, "Two visitors in one browser", &sentence);
    }
    let arrived = format!("{ARRIVED}?path={}", encoded(&path));
    let_in(urls, apps, app, &visit, request.headers(), &arrived)
}

/// What gives a cookie was fetched by a page, and not opened by a person.
pub(super) fn unseen() -> Response {
    let sentence = "Another page asked for this without showing it. Open the address itself.";
    page::words(StatusCode::FORBIDDEN, "Nobody was let in", sentence)
}

/// Gives the cookie and sends on. A browser that knew another instance under this name forgets what that one left with it.
pub(super) fn let_in(
    urls: &Urls,
    apps: &AppsDomain,
    app: App<'_>,
    visit: &Visit,
    headers: &HeaderMap,
    to: &str,
) -> Response {
    let (now, id) = (urls.core.now(), app.instance.id.to_string());
    let mut response = redirect(to);
    let set = response.headers_mut();
    let visit = cookie_of(&urls.authority.links, apps, app, visit, now);
    for value in visit.into_iter().chain(Cookie::Known.set(apps, &id, FOR_EVER)) {
        set.append(header::SET_COOKIE, value);
    }
    // What a neighbour planted beside the right one does nothing.
    let known = Cookie::Known.values(headers, apps);
    if !known.is_empty() && !known.contains(&id) {
        set.insert("clear-site-data", HeaderValue::from_static("\"cache\", \"storage\""));
    }
    response
}

#[derive(Deserialize)]
struct Arrived {
    #[serde(default)]
    path: String,
}

/// The second step on the app's host: a browser that did not bring the cookie is told so, and not sent round in a circle.
pub(super) fn arrived(urls: &Urls, apps: &AppsDomain, label: &str, request: &Request) -> Response {
    let query: Result<Query<Arrived>, _> = Query::try_from_uri(request.uri());
    let path = query.map_or_else(|_| "/".to_owned(), |Query(Arrived { path })| local(&path));
    let world = urls.core.world();
    let shown = app(&world, label)
        .map(|app| visit::shown(request.headers(), &urls.authority.links, apps, &world, app, urls.core.now()));
    match shown {
        Some(VisitCookies::One(_)) => redirect(&path),
        Some(VisitCookies::Two) => planted(apps),
        Some(VisitCookies::Nothing) | None => {
            let sentence = "The cookie that lets you in did not come back. Allow cookies for this address, and open it \
                            again.";
            page::words(StatusCode::FORBIDDEN, "Your browser keeps no cookie here", sentence)
        }
    }
}

/// Two cookies that are good: neither counts, and the one that a neighbour can have set is taken away.
pub(super) fn planted(apps: &AppsDomain) -> Response {
    let sentence = "Another page set a cookie in the name of this address, so nobody can tell who you are. Open it again; \
                    if that does not help, delete the cookies of this domain.";
    let mut response = page::words(StatusCode::CONFLICT, "Two visitors in one browser", sentence);
    response.headers_mut().extend(Cookie::Visit.unplant(apps).map(|value| (header::SET_COOKIE, value)));
    response
}

/// Somebody who may not be here: sent to the console to say who they are, or, if they have, told that there is nothing.
/// What does not exist and what is somebody else's are the same. The ticket that they come back with is for their browser.
pub(super) fn elsewhere(apps: &AppsDomain, label: &str, request: &Request, known: bool) -> Response {
    let page_wanted = request.method() == axum::http::Method::GET && wants_page(request.headers());
    if known || !page_wanted {
        return page::nothing(if known { StatusCode::NOT_FOUND } else { StatusCode::UNAUTHORIZED });
    }
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let (browser, cookies) = Browser::marked(request.headers(), apps);
    let (label, path) = (encoded(label), encoded(path));
    let mut response = redirect(&format!("{}{OPEN}?app={label}&path={path}&browser={browser}", apps.console()));
    for value in cookies {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

pub(super) fn redirect(to: &str) -> Response {
    let headers =
        [(header::LOCATION, to), (header::CACHE_CONTROL, "no-store"), (header::REFERRER_POLICY, "no-referrer")];
    (StatusCode::FOUND, headers).into_response()
}

/// A path of the same host: nothing that a browser could take for another one.
pub(super) fn local(path: &str) -> String {
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
