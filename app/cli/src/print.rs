//! What is written for people and for other programs. Whoever closed the pipe reads no more, which is no failure.

use std::io::{Write as _, stderr, stdout};

pub(crate) fn out(text: &str) {
    let _ = stdout().lock().write_all(text.as_bytes());
}

pub(crate) fn err(text: &str) {
    let _ = stderr().lock().write_all(text.as_bytes());
}

/// A line beside the answer.
pub(crate) fn note(text: &str) {
    err(&format!("{text}\n"));
}
