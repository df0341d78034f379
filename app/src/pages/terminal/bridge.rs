//! What the page and the script of one terminal say to each other. The script has the screen and the socket; the page
//! has the person's session, so it is the page that gets the tickets.

use model::id::InstanceId;
use model::refusal::RefusalCode;
use model::terminal::AskTicket;
use serde::{Deserialize, Serialize};
use server_fns::{Json, terminal};

use super::tabs::{State, Tabs};
use crate::script::{Module, Script};

/// The modules are loaded here and nowhere else.
const SERVE: Module = Module {
    path: "/terminal/bridge.mjs",
    function: "serve",
    broken: r#"{ "state": { "name": "ended", "reason": "The terminal could not be loaded. Check the connection and try again." } }"#,
};

#[derive(Serialize)]
struct Begin {
    /// The id of the element to fill.
    element: String,
    /// Where the server is; empty for the one that the page came from.
    server: &'static str,
    terminal: Option<String>,
    /// The id of the element that takes the focus when the person leaves the terminal by the keyboard.
    leave: String,
}

#[derive(Serialize)]
#[serde(tag = "hear", rename_all = "snake_case")]
pub(super) enum Heard {
    Ticket {
        secret: String,
    },
    Refusal {
        reason: String,
        /// It may help to ask again.
        again: bool,
    },
    Focus,
    Close {
        ended: bool,
    },
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Said {
    Ask { terminal: Option<String>, columns: u16, rows: u16 },
    State { name: Name, reason: Option<String> },
    Terminal { id: String },
    Title { title: String },
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Name {
    Connecting,
    Attached,
    Reconnecting,
    Ended,
}

/// The element that the terminal of a tab fills.
pub(super) fn element(key: u32) -> String {
    format!("terminal-{key}")
}

/// The button of a tab.
pub(super) fn button(key: u32) -> String {
    format!("terminal-tab-{key}")
}

/// What the terminal of a tab stands in.
pub(super) fn panel(key: u32) -> String {
    format!("terminal-panel-{key}")
}

/// Starts the script; it lives until it is told to close.
pub(super) fn begin(key: u32, terminal: Option<String>) -> Script {
    let script = Script::begin(&SERVE);
    let begin =
        Begin { element: element(key), server: dioxus::fullstack::get_server_url(), terminal, leave: button(key) };
    script.send(begin);
    script
}

pub(super) async fn listen(tabs: Tabs, key: u32, script: Script) {
    while let Some(said) = script.recv::<Said>().await {
        match said {
            Said::Ask { terminal, columns, rows } => {
                script.send(ask(tabs.instance, AskTicket { terminal, columns, rows }).await);
            }
            Said::State { name, reason } => tabs.change(key, |tab| tab.state = state(name, reason)),
            Said::Terminal { id } => tabs.learn(key, id),
            Said::Title { title } => tabs.change(key, |tab| tab.title = title),
        }
    }
}

async fn ask(instance: InstanceId, ask: AskTicket) -> Heard {
    match terminal::ticket(instance, Json(ask)).await {
        Ok(ticket) => Heard::Ticket { secret: ticket.secret },
        Err(error) => {
            // A proxy in front of a server that restarts gives answers that cannot be read.
            let passing = [RefusalCode::Unavailable, RefusalCode::Internal, RefusalCode::RateLimited];
            Heard::Refusal { again: passing.contains(&error.refusal.code), reason: error.refusal.message }
        }
    }
}

fn state(name: Name, reason: Option<String>) -> State {
    match name {
        Name::Connecting => State::Connecting,
        Name::Attached => State::Connected,
        Name::Reconnecting => State::Reconnecting(reason),
        Name::Ended => State::Ended(reason.unwrap_or_else(|| "The terminal has ended.".to_owned())),
    }
}
