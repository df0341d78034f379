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
        #[end_layout]
        #[route("/sign-in")]
        SignIn {},
        /// With an invitation from a link, or empty.
        #[route("/sign-up?:invite")]
        SignUp { invite: String },
        /// With the token from the link that the server prints, or empty.
        #[route("/set-up?:token")]
        SetUp { token: String },
        #[route("/:..path")]
        NotFound { path: Vec<String> },
}
