//! The address of every page.

use dioxus::prelude::*;
use model::id::InstanceId;

use crate::frame::{Frame, Guard};
use crate::pages::{
    Account, CreateInstance, Instance, Instances, Nodes, NotFound, SetUp, Settings, SignIn, SignUp, SshKeys, Terminal,
    Tokens, Visit,
};

#[derive(Debug, Clone, PartialEq, Routable)]
#[rustfmt::skip]
pub(crate) enum Route {
    #[layout(Guard)]
        #[layout(Frame)]
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
}

impl Route {
    /// Whether a page is at that address, with its query.
    #[cfg(feature = "server")]
    pub(crate) fn is_page(address: &str) -> bool {
        !matches!(address.parse::<Self>(), Ok(Self::NotFound { .. }) | Err(_))
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
            "/sign-in",
            "/sign-up?invite=dhi_x",
            "/set-up?token=x",
            "/visit?app=80-web-1&path=%2F&browser=x",
        ] {
            assert!(Route::is_page(page), "{page}");
        }
        for other in ["/no/such/page", "/instances/garbage", "/instances", "/nodes/x", "/robots", "/.env"] {
            assert!(!Route::is_page(other), "{other}");
        }
    }
}
