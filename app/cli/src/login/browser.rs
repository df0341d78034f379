//! Signing in with a browser: the person sees there which program asks, and lets it in.

use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use chrono::Utc;
use model::plain::plain;
use model::request::{AskSignIn, FetchToken};
use model::view::{SignInAnswer, SignInAsked};

use crate::client::{Client, Url, program};
use crate::exit::{Exit, Failure};
use crate::print;

const ASK_EVERY: Duration = Duration::from_secs(2);
/// Characters of a code that are shown: a server's has nine.
const CODE: usize = 20;

/// The token that a person gave.
pub(super) fn granted(server: &Url, authority: Option<&str>) -> Result<String, Failure> {
    let client = Client::new(server, authority, None)?;
    let asked = AskSignIn { program: program(), host: host() };
    let SignInAsked { secret, code, expires_at } = client.read(client.post_with("/sign-in-requests", &asked)?)?;
    let code = plain(&code, CODE);
    let page = format!("{server}/sign-in-request?code={code}");
    let opened = open(&page);
    let told = if opened { "Your browser opens this page" } else { "Open this page in a browser" };
    print::note(&format!(
        "{told}:\n\n  {page}\n\nIt shows the code {code}. If it shows another one, let nobody in there."
    ));
    loop {
        sleep(ASK_EVERY);
        let answer = client.post_with("/sign-in-requests/token", &FetchToken { secret: secret.clone() });
        match answer {
            Ok(answer) => match client.read(answer)? {
                SignInAnswer::Waiting => {}
                SignInAnswer::Granted { token, .. } => return Ok(token),
            },
            // A server that is started anew, or a network that changes, is no answer.
            Err(why) if why.exit == Exit::Unreachable && Utc::now() < expires_at => {}
            Err(why) => return Err(why.of_sign_in()),
        }
    }
}

/// As this computer calls itself.
fn host() -> String {
    nix::unistd::gethostname().ok().and_then(|name| name.into_string().ok()).unwrap_or_default()
}

/// Whether a browser was asked to. Where there is no screen, a browser in the terminal would take the terminal.
fn open(page: &str) -> bool {
    let screen =
        ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| std::env::var_os(name).is_some_and(|set| !set.is_empty()));
    let opener = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    if !cfg!(target_os = "macos") && !screen {
        return false;
    }
    let quiet = || Stdio::null();
    Command::new(opener).arg(page).stdin(quiet()).stdout(quiet()).stderr(quiet()).spawn().is_ok()
}
