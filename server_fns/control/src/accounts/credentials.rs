//! For whom a page is drawn that a browser navigates to: a navigation carries a cookie and no key.

use axum::http::HeaderMap;
use model::refusal::{Refusal, RefusalCode};
use model::request::SignUpMode;
use planner::actor::{Actor, Via};
use planner::command::people;
use planner::hosts::sharers;

use super::Handle;
use crate::auth::secret;
use crate::http::Exposure;
use crate::http::cookie::{self, Credential};

impl Handle {
    /// Who the page is drawn for that this request asks for. A cookie alone will do where no instance can have it: nothing
    /// is done for whoever shows it, and whatever the page then asks for needs the key.
    ///
    /// # Errors
    /// `Unauthenticated` for whoever shows less, or what is wrong, expired or withdrawn.
    pub async fn drawn_for(&self, credential: Credential) -> Result<Actor, Refusal> {
        let Credential::Cookie(cookies) = &credential else { return self.authenticate(credential).await };
        // Of two cookies one is planted, and nothing tells which.
        let [cookie] = &cookies[..] else { return Err(key_is_missing()) };
        if !self.exposure.draws_by_cookie(!self.sharing_host().is_empty()) {
            return Err(key_is_missing());
        }
        let (world, now) = (self.world(), self.now());
        let session = world.session_by_hash(&secret::hash(cookie));
        let session = session.filter(|session| people::session_is_valid(session, now));
        let found = session.and_then(|session| Some((session.id, world.people.get(&session.person)?)));
        let (id, person) = found.ok_or_else(Refusal::unauthenticated)?;
        Ok(Actor::new(person, Via::Session(id)))
    }

    /// What a request shows to say who asks.
    pub fn credential(&self, headers: &HeaderMap) -> Option<Credential> {
        cookie::credential(headers, self.exposure.is_secure())
    }

    /// How browsers come to the console.
    pub const fn exposure(&self) -> Exposure {
        self.exposure
    }

    /// What an operator should know of it, at the start.
    pub(crate) fn tell_exposure(&self) {
        let sharing = self.sharing_host();
        if !sharing.is_empty() && self.exposure.shares_host() {
            tracing::warn!(
                who = sharing.join(", "),
                "their ports have a host name of the console, so browsers send its cookie to instances, too. It opens \
                 nothing by itself; still give them an address of their own, such as 127.0.0.2 on one machine"
            );
        }
        if self.exposure.is_beyond_loopback() && self.world().settings.sign_up == SignUpMode::Open {
            tracing::warn!(
                "whoever reaches this server may open an account: that is what its settings say. An administrator \
                 changes it on the page `Settings`"
            );
        }
    }

    /// Whose ports have a host name of the console.
    pub(crate) fn sharing_host(&self) -> Vec<String> {
        sharers(&self.world(), &self.console_hosts)
    }
}

pub(super) fn key_is_missing() -> Refusal {
    let message = "A session's cookie opens nothing by itself. Send the key that signing in answered with, too, in the \
                   header `DockHost-Session-Key`; programs use an API token.";
    Refusal::new(RefusalCode::Unauthenticated, message)
}
