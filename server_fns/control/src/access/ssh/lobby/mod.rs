//! Where somebody is who asked for the installation itself: a small shell of commands over the same rooms as the page.

mod line;
mod restricted;
mod run;

use std::sync::Arc;

use bytes::Bytes;
use planner::guest::{Visitor, manages};
use russh::server::{Handle as Client, Msg};
use russh::{Channel, ChannelMsg, ChannelReadHalf, ChannelWriteHalf};
use tokio::sync::watch;

use super::Gateway;
use super::bridge::{STDERR, tell};
use super::gauge::Gauge;
use super::watch::told;
use line::{Line, Typed};

const PROMPT: &str = "dockhost> ";

pub(super) struct Lobby {
    gateway: Gateway,
    visitor: Visitor,
    #[expect(dead_code, reason = "kept so that the connection outlives its channels")]
    client: Client,
    ended: watch::Receiver<Option<String>>,
}

/// What a command leaves behind.
struct CommandOutput {
    out: String,
    error: String,
    status: u32,
}

impl Lobby {
    pub(super) fn new(
        gateway: Gateway,
        visitor: Visitor,
        client: Client,
        ended: watch::Receiver<Option<String>>,
    ) -> Self {
        Self { gateway, visitor, client, ended }
    }

    pub(super) async fn serve(self, channel: Channel<Msg>, waits: Arc<Gauge>, note: Option<String>) {
        let (from, to) = channel.split();
        if let Some(note) = note {
            tell(&to, note).await;
        }
        let mut ended = self.ended.clone();
        let status = tokio::select! {
            status = self.talk(from, &to, &waits) => status,
            why = told(&mut ended) => {
                // The client may be gone.
                let _ = to.extended_data_bytes(STDERR, Bytes::from(format!("\r\n{why}\r\n"))).await;
                super::bridge::FAILED
            }
        };
        let _ = to.exit_status(status).await;
        let _ = to.eof().await;
        let _ = to.close().await;
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the library may add messages, and most of them never come here"
    )]
    async fn talk(&self, mut from: ChannelReadHalf, to: &ChannelWriteHalf<Msg>, waits: &Gauge) -> u32 {
        let mut terminal = false;
        while let Some(message) = from.wait().await {
            match message {
                ChannelMsg::RequestPty { .. } => terminal = true,
                ChannelMsg::Exec { command, .. } => {
                    let command = String::from_utf8_lossy(&command).into_owned();
                    return self.once(&command, to, terminal).await;
                }
                ChannelMsg::RequestShell { .. } => return self.shell(from, to, waits, terminal).await,
                ChannelMsg::RequestSubsystem { name, .. } => {
                    let words = format!(
                        "There is no {name} here. Name one of your instances as the user, as in web-1@ before the host.\n"
                    );
                    let _ = to.extended_data_bytes(STDERR, Bytes::from(words)).await;
                    return super::bridge::FAILED;
                }
                ChannelMsg::Close => return 0,
                _ => {}
            }
        }
        0
    }

    async fn once(&self, command: &str, to: &ChannelWriteHalf<Msg>, terminal: bool) -> u32 {
        let CommandOutput { out, error, status } = self.carry_out(command).await;
        let _ = to.data_bytes(Bytes::from(lines(&out, terminal))).await;
        let _ = to.extended_data_bytes(STDERR, Bytes::from(lines(&error, terminal))).await;
        status
    }

    /// Line by line until the person leaves.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the library may add messages, and most of them never come here"
    )]
    async fn shell(&self, mut from: ChannelReadHalf, to: &ChannelWriteHalf<Msg>, waits: &Gauge, terminal: bool) -> u32 {
        if terminal {
            let hello = format!("{}\r\n{PROMPT}", lines(&self.welcome(), true));
            if to.data_bytes(Bytes::from(hello)).await.is_err() {
                return 0;
            }
        }
        let mut line = Line::new(terminal);
        let mut status = 0;
        while let Some(message) = from.wait().await {
            let data = match message {
                ChannelMsg::Data { data } => data,
                ChannelMsg::Eof | ChannelMsg::Close => {
                    // A script may end without a last line break.
                    if let Some(last) = line.rest().filter(|_| !terminal) {
                        status = self.once(&last, to, terminal).await;
                    }
                    return status;
                }
                _ => continue,
            };
            waits.taken(data.len());
            for byte in data {
                match line.typed(byte) {
                    Typed::Nothing => {}
                    Typed::Echo(text) => drop(to.data_bytes(Bytes::from(text)).await),
                    Typed::Leave => {
                        let _ = to.data_bytes(Bytes::from_static(b"\r\n")).await;
                        return status;
                    }
                    Typed::Line(command) => {
                        if matches!(command.trim(), "exit" | "quit" | "logout") {
                            return status;
                        }
                        status = self.once(&command, to, terminal).await;
                        if terminal {
                            let _ = to.data_bytes(Bytes::from_static(PROMPT.as_bytes())).await;
                        }
                    }
                }
            }
        }
        status
    }

    fn welcome(&self) -> String {
        let name = &self.visitor.actor.username;
        if !manages(&self.gateway.core.world(), self.visitor.key) {
            return format!("DockHost. {}\n", self.opens());
        }
        format!("DockHost. You are {name}. `help` lists the commands, `ls` your instances.\n")
    }
}

/// A terminal in raw mode wants the return too.
fn lines(text: &str, terminal: bool) -> String {
    if terminal { text.replace('\n', "\r\n") } else { text.to_owned() }
}
