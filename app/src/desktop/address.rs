//! The address of the main server, as a person typed it once.

use std::path::PathBuf;
use std::sync::Once;

/// Scheme, host and port, without a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ServerAddress(String);

/// From `DOCKHOST_SERVER`, or from what was remembered.
pub(super) fn known() -> Option<ServerAddress> {
    let given = std::env::var("DOCKHOST_SERVER").ok();
    let remembered = || std::fs::read_to_string(file()?).ok();
    given.or_else(remembered).and_then(|text| parse(&text).ok())
}

/// The address if a DockHost answers there.
pub(super) async fn check(text: &str) -> Result<ServerAddress, String> {
    let address = parse(text)?;
    let url = format!("{}/api/v1/welcome", address.0);
    let answer = dioxus::fullstack::reqwest::Client::new().get(url).send().await;
    match answer {
        Ok(answer) if answer.status().is_success() => Ok(address),
        Ok(answer) => Err(format!("Something answers at {}, but it is not DockHost ({}).", address.0, answer.status())),
        Err(_) => Err(format!("Nothing answers at {}. Is the server running, and is the address right?", address.0)),
    }
}

impl ServerAddress {
    /// Tells the server functions where to go. Only the first call counts: to use another server, start again.
    pub(super) fn use_it(&self) {
        static FIRST: Once = Once::new();
        FIRST.call_once(|| dioxus::fullstack::set_server_url(Box::leak(self.0.clone().into_boxed_str())));
    }

    pub(super) fn remember(&self) -> Result<(), String> {
        let Some(file) = file() else { return Ok(()) };
        let write = || {
            file.parent().map_or(Ok(()), std::fs::create_dir_all)?;
            std::fs::write(&file, &self.0)
        };
        write().map_err(|error| format!("The address cannot be remembered in {}: {error}.", file.display()))
    }
}

fn parse(text: &str) -> Result<ServerAddress, String> {
    let text = text.trim().trim_end_matches('/');
    let text = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    let (scheme, host) = text.split_once("://").unwrap_or_default();
    if !matches!(scheme, "http" | "https") || host.is_empty() || host.contains(['/', '?', '#', '@', ' ']) {
        return Err("Give an address such as https://dockhost.example.org or http://localhost:8080.".to_owned());
    }
    if !host.is_ascii() {
        return Err(format!(
            "Write {host} in ASCII, as the address bar of a browser copies it: labels begin with xn--."
        ));
    }
    Ok(ServerAddress(text))
}

/// Where the address is remembered: the XDG configuration folder.
fn file() -> Option<PathBuf> {
    let base = std::env::var_os("XDG_CONFIG_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".config")))?;
    Some(base.join("dockhost").join("server"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_origins() {
        assert_eq!(parse(" http://localhost:8080/ ").unwrap().0, "http://localhost:8080");
        assert_eq!(parse("dockhost.example.org").unwrap().0, "https://dockhost.example.org");
        assert_eq!(parse("xn--bcher-kva.example").unwrap().0, "https://xn--bcher-kva.example");
        for bad in ["", "ftp://a", "http://a/b", "http://user@a", "http://", "https://bücher.example"] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
