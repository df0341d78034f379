//! What a machine fetches to become a node: a script that people can read, and the node program that belongs to this
//! server.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;

use super::Nodes;
use crate::http::programs::{Kind, given, script as text};

pub(crate) const SCRIPT: &str = "/install-node";
pub(crate) const PROGRAM: &str = "/install-node/{architecture}";

pub(crate) const KIND: Kind =
    Kind { name: "dockhost-node", called: "node program", lacks: "the page's line for another machine installs none" };
const TEXT: &str = include_str!("install-node.sh");

pub(crate) async fn script(State(nodes): State<Arc<Nodes>>) -> Response {
    let identity = nodes.core.world().identity.clone();
    let known = [
        ("@FINGERPRINT@", identity.server_fingerprint.as_deref().unwrap_or_default()),
        ("@KEY_PIN@", identity.server_key_pin.as_deref().unwrap_or_default()),
    ];
    text(&nodes.programs, TEXT, &known).await
}

pub(crate) async fn program(State(nodes): State<Arc<Nodes>>, Path(architecture): Path<String>) -> Response {
    given(&nodes.programs, &architecture)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_evaluates_nothing_and_does_nothing_by_itself() {
        assert!(!TEXT.lines().any(|line| line.trim_start().starts_with("eval") || line.contains("| sh")));
        let (_, last) = TEXT.rsplit_once("install_node() {").unwrap();
        assert!(last.trim_end().ends_with("\n}"), "something follows the last function");
        for name in ["'@CHECKSUMS@'", "'@FINGERPRINT@'", "'@KEY_PIN@'"] {
            assert!(TEXT.contains(name), "{name}");
        }
    }
}
