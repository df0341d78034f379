//! Programs as answers, and the script that installs one. Neither holds a secret, so both are given to anybody.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use super::Programs;

/// The script names the program of now.
const NOT_KEPT: &str = "no-store";

/// The program for that architecture, or a sentence.
pub(crate) fn given(programs: &Programs, architecture: &str) -> Response {
    let Some(program) = programs.of(architecture) else {
        return (StatusCode::NOT_FOUND, programs.missing(architecture)).into_response();
    };
    let kind = HeaderValue::from_static("application/octet-stream");
    let length = HeaderValue::from(program.length());
    let kept = HeaderValue::from_static(NOT_KEPT);
    let headers = [(header::CONTENT_TYPE, kind), (header::CONTENT_LENGTH, length), (header::CACHE_CONTROL, kept)];
    (headers, Body::from_stream(program.chunks())).into_response()
}

/// The text, with each of these in the place of its name, and with the checksums of the programs in the place of
/// `@CHECKSUMS@`. What is put in holds nothing that a shell would take for more than a word.
pub(crate) async fn script(programs: &Programs, text: &str, known: &[(&str, &str)]) -> Response {
    let mut checksums = Vec::new();
    for program in programs.all() {
        match program.checksum().await {
            Ok(checksum) => checksums.push((program.architecture(), checksum)),
            Err(error) => return unread(programs, &error),
        }
    }
    let headers = [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, NOT_KEPT)];
    (headers, written(text, &checksums, known)).into_response()
}

fn unread(programs: &Programs, error: &std::io::Error) -> Response {
    let called = programs.kind.called;
    tracing::error!(%error, "the {called} beside the server's own cannot be read");
    let words = format!("The {called} beside the server's own cannot be read. The server's log says why.\n");
    (StatusCode::INTERNAL_SERVER_ERROR, words).into_response()
}

fn written(text: &str, checksums: &[(&str, String)], known: &[(&str, &str)]) -> String {
    let lines: Vec<String> =
        checksums.iter().map(|(architecture, checksum)| format!("{architecture} {checksum}")).collect();
    let text = text.replace("@CHECKSUMS@", &lines.join("\n"));
    known.iter().fold(text, |text, (name, value)| text.replace(name, value))
}

#[cfg(test)]
mod tests {
    use super::written;

    #[test]
    fn a_script_names_the_programs_and_the_server() {
        let text = "CHECKSUMS='@CHECKSUMS@'\nFINGERPRINT='@FINGERPRINT@'\n";
        let sums = [("x86_64", "01".to_owned()), ("aarch64", "02".to_owned())];
        let whole = written(text, &sums, &[("@FINGERPRINT@", "sha256:ab")]);
        assert_eq!(whole, "CHECKSUMS='x86_64 01\naarch64 02'\nFINGERPRINT='sha256:ab'\n");
        assert_eq!(written(text, &[], &[("@FINGERPRINT@", "")]), "CHECKSUMS=''\nFINGERPRINT=''\n");
    }
}
