//! A token that somebody has already.

use std::io::{BufRead as _, IsTerminal as _, stdin};

use crate::exit::Failure;

/// From the terminal, where it is not shown, or from standard input: so it is in no list of processes, and in no history.
pub(super) fn asked() -> Result<String, Failure> {
    let unread = |why| Failure::failed(format!("The token cannot be read: {why}."));
    let line = if stdin().is_terminal() {
        rpassword::prompt_password("API token, from *Tokens* in the console: ").map_err(unread)?
    } else {
        let mut line = String::new();
        stdin().lock().read_line(&mut line).map_err(unread)?;
        line
    };
    let token = line.trim().to_owned();
    if !token.starts_with("dhp_") || !token.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
        return Err(Failure::usage("That is no API token: one begins with dhp_. Type it, or pipe it in as one line."));
    }
    Ok(token)
}
