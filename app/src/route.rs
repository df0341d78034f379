//! The address of every page.

use std::fmt;
use std::str::FromStr;

use dioxus::prelude::*;
use dioxus::router::SiteMapSegment;
use model::id::InstanceId;

use crate::frame::{Frame, Guard};
use crate::pages::{
    Account, Activity, ActivityOf, Chosen, CreateInstance, Instance, Instances, Listed, Nodes, NotFound, People,
    ResetPassword, Seen, SetUp, Settings, SignIn, SignInRequest, SignUp, SshKeys, Terminal, Tokens, Visit,
};

#[derive(Debug, Clone, PartialEq, Routable)]
#[rustfmt::skip]
pub(crate) enum Route {
    #[layout(Guard)]
        #[layout(Frame)]
            // An address is read as this one, and the next one is where links lead: without a query it has no `?`.
            #[route("/?:..seen")]
            Listed { seen: Seen },
            #[route("/")]
            Instances {},
            #[route("/instances/new")]
            CreateInstance {},
            #[route("/instances/:id")]
            Instance { id: InstanceId },
            #[route("/instances/:id/terminal")]
            Terminal { id: InstanceId },
            #[route("/visit?:app&:path&:browser")]
            Visit { app: String, path: String, browser: String },
            #[route("/nodes")]
            Nodes {},
            #[route("/ssh-keys")]
            SshKeys {},
            #[route("/tokens")]
            Tokens {},
            /// With the code that a program shows, or empty.
            #[route("/sign-in-request?:code")]
            SignInRequest { code: String },
            #[route("/activity?:..chosen")]
            ActivityOf { chosen: Chosen },
            #[route("/activity")]
            Activity {},
            #[route("/people")]
            People {},
            #[route("/account")]
            Account {},
            #[route("/settings")]
            Settings {},
            #[route("/:..path")]
            NotFound { path: Vec<String> },
        #[end_layout]
        #[route("/sign-in")]
        SignIn {},
        /// With an invitation from a link, or empty.
        #[route("/sign-up?:invite")]
        SignUp { invite: String },
        /// With the token from the link that the server prints, or empty.
        #[route("/set-up?:token")]
        SetUp { token: String },
        /// With the secret from a link that an administrator made, or empty.
        #[route("/reset-password?:link")]
        ResetPassword { link: String },
}

impl Route {
    /// Whether a page is at that address, with its query.
    #[cfg(feature = "server")]
    pub(crate) fn is_page(address: &str) -> bool {
        !matches!(address.parse::<Self>(), Ok(Self::NotFound { .. }) | Err(_))
    }
}

/// The same for the router, which writes the address anew that it has read: without a `?` that nothing follows.
#[derive(Clone, PartialEq)]
pub(crate) struct Address(Route);

impl FromStr for Address {
    type Err = <Route as FromStr>::Err;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.to_string();
        out.write_str(text.strip_suffix('?').unwrap_or(&text))
    }
}

impl Routable for Address {
    const SITE_MAP: &'static [SiteMapSegment] = Route::SITE_MAP;

    fn render(&self, level: usize) -> Element {
        self.0.render(level)
    }
}

#[cfg(all(test, feature = "server"))]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_pages_are_found() {
        for page in [
            "/",
            "/instances/new",
            "/instances/i-00000000000000aa",
            "/instances/i-00000000000000aa/terminal",
            "/nodes",
            "/nodes?q=1",
            "/activity",
            "/activity?of=everybody",
            "/people",
            "/sign-in-request",
            "/sign-in-request?code=BCDF-GHJK",
            "/sign-in",
            "/sign-up?invite=dhi_x",
            "/reset-password?link=dhr_x",
            "/set-up?token=x",
            "/visit?app=80-web-1&path=%2F&browser=x",
        ] {
            assert!(Route::is_page(page), "{page}");
        }
        for other in ["/no/such/page", "/instances/garbage", "/instances", "/nodes/x", "/robots", "/.env"] {
            assert!(!Route::is_page(other), "{other}");
        }
    }

    #[test]
    fn the_router_writes_an_address_as_it_read_it() {
        for text in ["/", "/?of=everybody", "/?filter=web", "/nodes"] {
            assert_eq!(text.parse::<Address>().ok().map(|address| address.to_string()).as_deref(), Some(text));
        }
    }
}
