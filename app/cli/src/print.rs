//! What is written for people and for other programs. Whoever closed the pipe reads no more, which is no failure.

use std::io::{Write as _, stderr, stdout};

use model::plain::is_hidden;

pub(crate) fn out(text: &str) {
    let _ = stdout().lock().write_all(text.as_bytes());
}

pub(crate) fn err(text: &str) {
    let _ = stderr().lock().write_all(text.as_bytes());
}

/// A server's text for people: without what a terminal obeys, and with its lines.
pub(crate) fn plain(text: &str) -> String {
    text.chars().filter(|c| *c == '\n' || !is_hidden(*c)).collect()
}

/// A line beside the answer.
pub(crate) fn note(text: &str) {
    err(&format!("{text}\n"));
}
