//! What a machine fetches to become a node: a script that people can read, and the node program that belongs to this
//! server. Neither holds a secret, so both are given to anybody.

mod programs;

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use planner::world::Identity;

use super::Nodes;
pub(crate) use programs::Programs;

pub(crate) const SCRIPT: &str = "/install-node";
pub(crate) const PROGRAM: &str = "/install-node/{architecture}";

const TEXT: &str = include_str!("install-node.sh");
/// The script names the program of now.
const NOT_KEPT: &str = "no-store";

pub(crate) async fn script(State(nodes): State<Arc<Nodes>>) -> Response {
    let mut checksums = Vec::new();
    for program in nodes.programs.all() {
        match program.checksum().await {
            Ok(checksum) => checksums.push((program.architecture(), checksum)),
            Err(error) => return unread(&error),
        }
    }
    let text = written(&checksums, &nodes.core.world().identity);
    let headers = [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, NOT_KEPT)];
    (headers, text).into_response()
}

pub(crate) async fn program(State(nodes): State<Arc<Nodes>>, Path(architecture): Path<String>) -> Response {
    let Some(program) = nodes.programs.of(&architecture) else {
        return (StatusCode::NOT_FOUND, nodes.programs.missing(&architecture)).into_response();
    };
    let kind = HeaderValue::from_static("application/octet-stream");
    let length = HeaderValue::from(program.length());
    let kept = HeaderValue::from_static(NOT_KEPT);
    let headers = [(header::CONTENT_TYPE, kind), (header::CONTENT_LENGTH, length), (header::CACHE_CONTROL, kept)];
    (headers, Body::from_stream(program.chunks())).into_response()
}

fn unread(error: &std::io::Error) -> Response {
    tracing::error!(%error, "the node program beside the server's own cannot be read");
    let words = "The node program beside the server's own cannot be read. The server's log says why.\n";
    (StatusCode::INTERNAL_SERVER_ERROR, words).into_response()
}

/// What is put in holds nothing that a shell would take for more than a word.
fn written(checksums: &[(&str, String)], identity: &Identity) -> String {
    let lines: Vec<String> =
        checksums.iter().map(|(architecture, checksum)| format!("{architecture} {checksum}")).collect();
    TEXT.replace("@CHECKSUMS@", &lines.join("\n"))
        .replace("@FINGERPRINT@", identity.server_fingerprint.as_deref().unwrap_or_default())
        .replace("@KEY_PIN@", identity.server_key_pin.as_deref().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_names_the_programs_and_the_server() {
        let identity = Identity {
            server_fingerprint: Some("sha256:ab".to_owned()),
            server_key_pin: Some("sha256//cd=".to_owned()),
            ..Identity::default()
        };
        let text = written(&[("x86_64", "01".to_owned()), ("aarch64", "02".to_owned())], &identity);
        for line in ["CHECKSUMS='x86_64 01\naarch64 02'", "FINGERPRINT='sha256:ab'", "KEY_PIN='sha256//cd='"] {
            assert!(text.contains(line), "{line:?} is not in {text}");
        }
        let plain = written(&[], &Identity::default());
        assert!(plain.contains("CHECKSUMS=''\nFINGERPRINT=''\nKEY_PIN=''\n"), "{plain}");
    }

    #[test]
    fn the_script_evaluates_nothing_and_does_nothing_by_itself() {
        assert!(!TEXT.lines().any(|line| line.trim_start().starts_with("eval") || line.contains("| sh")));
        let (_, last) = TEXT.rsplit_once("install_node() {").unwrap();
        assert!(last.trim_end().ends_with("\n}"), "something follows the last function");
    }
}
