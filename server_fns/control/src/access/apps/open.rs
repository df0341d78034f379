//! On the console: the way to an app for somebody who is signed in.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use model::port::UrlAccess;
use model::refusal::{Refusal, RefusalCode};
use model::request::Visit as RequestContext;
use model::view::VisitView;
use planner::actor::Actor;
use planner::urls::{Pass, app, may_open};
use serde::Deserialize;
use tokio::time::Instant;

use super::browser::Browser;
use super::enter::{Entry, encoded, local};
use super::visit::Who;
use super::{ENTER, Urls, page};

/// What its page runs.
pub(crate) const SCRIPT: &str = "/open.js";

#[derive(Deserialize)]
pub(crate) struct OpenQuery {
    #[serde(rename = "app")]
    _app: String,
}

/// A page that asks for a ticket with the key of its session, and goes on to the app. Whoever brings a cookie alone gets the
/// same page and no ticket: every port of the host may have been given the cookie.
pub(crate) async fn open(State(urls): State<Arc<Urls>>, Query(_): Query<OpenQuery>) -> Response {
    if urls.apps.is_none() {
        return page::nothing(StatusCode::NOT_FOUND);
    }
    sent("text/html; charset=utf-8", include_str!("open.html"))
}

pub(crate) async fn script() -> Response {
    sent("text/javascript; charset=utf-8", include_str!("open.js"))
}

fn sent(kind: &'static str, text: &'static str) -> Response {
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-cache")], text).into_response()
}

impl Urls {
    /// Where the app lets the person in. An app that is open to all is told nothing of them. Whoever does not come from the
    /// app's host is sent there first, so that the ticket is good in their browser alone.
    ///
    /// # Errors
    /// `NotFound` for what does not exist and for what is somebody else's; `RateLimited` while too many are under way.
    pub fn visit(&self, actor: &Actor, asked: &RequestContext) -> Result<VisitView, Refusal> {
        let nothing = || Refusal::new(RefusalCode::NotFound, "There is no such address, or it is not yours to open.");
        let apps = self.apps.as_ref().ok_or_else(nothing)?;
        let (label, path) = (asked.app.as_str(), local(&asked.path));
        let world = self.core.world();
        let found = app(&world, label).ok_or_else(nothing)?;
        if found.port.url == UrlAccess::Public {
            return Ok(VisitView { url: apps.url_of(label, &path) });
        }
        let who = Who::of(actor).ok_or_else(nothing)?;
        if !may_open(&world, found, Some(&Pass::Person(actor.clone()))) {
            return Err(nothing());
        }
        let Some(browser) = Browser::read(&asked.browser) else {
            return Ok(VisitView { url: apps.url_of(label, &path) });
        };
        let entry = Entry { who, instance: found.instance.id, port: found.port, browser };
        let ticket = self.tickets.give(actor.person, entry, Instant::now())?.secret;
        Ok(VisitView { url: apps.url_of(label, &format!("{ENTER}?ticket={ticket}&path={}", encoded(&path))) })
    }
}
