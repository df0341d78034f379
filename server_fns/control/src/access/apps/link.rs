//! Links that open a public URL for whoever holds them, until they expire. They are signed and not stored, so one that
//! was given away ends by its time, when the port is withdrawn or closed, when its maker may no longer share the port,
//! and when its maker sets another password.

use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::Response;
use chrono::TimeDelta;
use model::id::InstanceId;
use model::port::ContainerPort;
use model::refusal::{Refusal, RefusalCode};
use model::request::AskLink;
use model::view::LinkView;
use planner::actor::Actor;
use planner::permission::Action;
use planner::urls::{App, label, may_open};

use super::enter::{let_in, local, redirect, unseen};
use super::guard::navigates;
use super::visit::{Purpose, Visit, VisitCookies, Who};
use super::{AppsDomain, Urls, page, visit};

/// What it is called in an address.
const NAME: &str = "dockhost-link";
/// The longest that one may open.
const HOURS: u32 = 30 * 24;

impl Urls {
    /// A link to the public URL of a declared port, for whoever holds it.
    pub fn link(
        &self,
        actor: &Actor,
        id: InstanceId,
        port: ContainerPort,
        asked: AskLink,
    ) -> Result<LinkView, Refusal> {
        let world = self.core.world();
        let instance = actor.instance(&world, Action::ShareInstance, id)?;
        let none = "This installation has no domain for apps: its operator sets DOCKHOST_APPS_DOMAIN.";
        let apps = self.apps.as_ref().ok_or_else(|| Refusal::new(RefusalCode::Unavailable, none))?;
        let closed = || {
            let message = format!("Port {} of {} has no public URL; give it one first.", port.0, instance.spec.name);
            Refusal::new(RefusalCode::Conflict, message)
        };
        let app = App { instance, port: instance.spec.open_port(port).ok_or_else(closed)? };
        if !(1..=HOURS).contains(&asked.hours) {
            return Err(Refusal::field("hours", format!("A link opens for 1 to {HOURS} hours.")));
        }
        let expires_at = self.core.now().wall + TimeDelta::hours(i64::from(asked.hours));
        let who = Who::guest_of(&world, actor.person).ok_or_else(Refusal::unauthenticated)?;
        let visit = Visit { who, until: expires_at };
        let sealed = visit.sealed(&self.authority.links, Purpose::Link, app).ok_or_else(Refusal::unauthenticated)?;
        let url = apps.url_of(&label(&world, instance, port), &format!("/?{NAME}={sealed}"));
        Ok(LinkView { url, expires_at })
    }
}

/// Lets the holder of a good link in, and takes the link out of the address. `None` if there is none in it.
pub(super) fn follow(urls: &Urls, apps: &AppsDomain, app: Option<App<'_>>, request: &Request) -> Option<Response> {
    let query = request.uri().query()?;
    let text = query.split('&').find_map(|pair| pair.strip_prefix(NAME)?.strip_prefix('='))?;
    if !navigates(request.headers()) {
        return Some(unseen());
    }
    let rest = query.split('&').filter(|pair| !pair.starts_with(NAME)).collect::<Vec<_>>().join("&");
    let path = request.uri().path();
    let to = local(&if rest.is_empty() { path.to_owned() } else { format!("{path}?{rest}") });
    let (world, now, key) = (urls.core.world(), urls.core.now(), &urls.authority.links);
    let good = app.and_then(|app| {
        let visit = Visit::read(text, key, Purpose::Link, &world, app)?;
        let pass = visit.pass(&world, now)?;
        may_open(&world, app, Some(&pass)).then_some((app, visit))
    });
    let Some((app, visit)) = good else {
        let words = "This link has expired, or was never good. Ask whoever gave it to you for another.";
        return Some(page::words(StatusCode::FORBIDDEN, "The link does not open", words));
    };
    // Whoever may come in under their own name keeps it, and what everybody may open needs no cookie.
    let named = match visit::shown(request.headers(), key, apps, &world, app, now) {
        VisitCookies::One(known) => known.pass(&world, now),
        VisitCookies::Nothing | VisitCookies::Two => None,
    };
    let needs_none = may_open(&world, app, None) || named.is_some_and(|pass| may_open(&world, app, Some(&pass)));
    Some(if needs_none { redirect(&to) } else { let_in(urls, apps, app, &visit, request.headers(), &to) })
}
