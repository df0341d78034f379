//! What a person fetches to use the command line on their own computer: a script that people can read, and the program
//! that belongs to this server.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;

use crate::core::Core;
use crate::http::programs::{Kind, Programs, given, script as text};

pub(crate) const SCRIPT: &str = "/install-dockhost";
pub(crate) const PROGRAM: &str = "/install-dockhost/{architecture}";

/// The server's own program is called `dockhost`, too, so the one for people has another name where both lie.
pub(crate) const KIND: Kind = Kind {
    name: "dockhost-cli",
    called: "command line program",
    lacks: "the page's line for one's own computer installs none",
};
const TEXT: &str = include_str!("install-dockhost.sh");

pub(crate) struct CommandLine {
    core: Core,
    programs: Programs,
    /// In PEM form, where the server made its own: then no authority vouches for it.
    certificate: Option<String>,
}

impl CommandLine {
    pub(crate) const fn new(core: Core, programs: Programs, certificate: Option<String>) -> Self {
        Self { core, programs, certificate }
    }
}

pub(crate) async fn script(State(command_line): State<Arc<CommandLine>>) -> Response {
    let identity = command_line.core.world().identity.clone();
    let known = [
        ("@CERTIFICATE@", command_line.certificate.as_deref().unwrap_or_default().trim()),
        ("@KEY_PIN@", identity.server_key_pin.as_deref().unwrap_or_default()),
    ];
    text(&command_line.programs, TEXT, &known).await
}

pub(crate) async fn program(
    State(command_line): State<Arc<CommandLine>>,
    Path(architecture): Path<String>,
) -> Response {
    given(&command_line.programs, &architecture)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_evaluates_nothing_and_does_nothing_by_itself() {
        assert!(!TEXT.lines().any(|line| line.trim_start().starts_with("eval") || line.contains("| sh")));
        let (_, last) = TEXT.rsplit_once("install_dockhost() {").unwrap();
        assert!(last.trim_end().ends_with("\n}"), "something follows the last function");
        for name in ["'@CHECKSUMS@'", "'@CERTIFICATE@'", "'@KEY_PIN@'"] {
            assert!(TEXT.contains(name), "{name}");
        }
    }
}
