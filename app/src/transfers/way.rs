//! How a file is reached that goes in or out.

use dioxus::fullstack::get_server_url;
use model::id::InstanceId;
use serde::Serialize;

/// Where the server is, and what is shown to it.
#[derive(Serialize)]
pub(crate) struct Way {
    /// Empty for the one that the page came from.
    pub(crate) server: &'static str,
    /// In place of the session: a link carries no key, and a window has no cookie.
    pub(crate) ticket: String,
}

/// For one file. The error is a sentence.
pub(crate) async fn way(instance: InstanceId) -> Result<Way, String> {
    let ticket = server_fns::files::ticket(instance).await.map_err(|error| error.refusal.message)?;
    Ok(Way { server: get_server_url(), ticket: ticket.secret })
}
