//! Frames from the browser to the node and back, looked at only for their length.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::{Message, WebSocket, close_code};
use bytes::{BufMut as _, Bytes, BytesMut};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt as _, StreamExt as _};
use protocol::stream::Target;
use protocol::terminal::{End, FromViewer, HEAD, ToViewer, head, read};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, ReadHalf, WriteHalf};
use tokio::time::{Instant, interval, interval_at, timeout};

use super::{Admission, Terminals};
use crate::access::permit::{Permit, no_longer_allowed};
use crate::tunnel::Socket;

/// How often a silent browser is asked whether it is there, and how often something is said to the node. Proxies on either
/// way close what is silent for a minute.
const PING: Duration = Duration::from_secs(20);
/// A browser that takes nothing for this long is gone. Its terminal stays on the node.
const TAKE: Duration = Duration::from_secs(30);

/// Why it is over.
enum Over {
    /// The node said so, or the browser left: nothing is to be said.
    Said,
    Because {
        reason: String,
        resumable: bool,
    },
}

pub(super) async fn serve(terminals: Arc<Terminals>, admission: Admission, socket: WebSocket) {
    let _counted = terminals.core.tasks.token();
    let Admission { actor, instance, terminal, columns, rows } = admission;
    let (mut to_browser, from_browser) = socket.split();
    let stopping = terminals.core.stopping.clone();
    let opened = terminals.tunnels.open_stream(instance, Target::Terminal { terminal, columns, rows }).await;
    let permit = Permit::Sight { actor, instance };
    let over = match opened {
        Ok(stream) => {
            let (from_node, to_node) = tokio::io::split(stream.socket);
            tokio::select! {
                over = down(from_node, &mut to_browser) => over,
                over = up(from_browser, to_node) => over,
                () = no_longer_allowed(&terminals.core, &permit) => {
                    Over::Because { reason: "You are signed out, or the instance or its node is no longer there for you.".to_owned(), resumable: false }
                }
                () = stopping.cancelled() => {
                    Over::Because { reason: "The server is stopping.".to_owned(), resumable: true }
                }
            }
        }
        Err(why) => Over::Because { reason: format!("There is no terminal: {why}."), resumable: false },
    };
    if let Over::Because { reason, resumable } = over {
        let mut frame = BytesMut::new();
        frame.put_u8(ToViewer::End.byte());
        frame.extend(serde_json::to_vec(&End { reason, resumable }).unwrap_or_default());
        // A browser that is gone needs no reason.
        let _ = timeout(PING, to_browser.send(Message::Binary(frame.freeze()))).await;
    }
    let _ = timeout(PING, to_browser.close()).await;
}

async fn down(mut node: ReadHalf<Socket>, browser: &mut SplitSink<WebSocket, Message>) -> Over {
    let mut ping = interval(PING);
    loop {
        let mut start = [0; HEAD];
        let mut at = 0;
        while at < HEAD {
            tokio::select! {
                // Reading into the rest can be given up at any byte and gone on with.
                count = node.read(start.get_mut(at..).unwrap_or_default()) => match count {
                    Ok(count) if count > 0 => at += count,
                    Ok(_) | Err(_) => return lost(),
                },
                _ = ping.tick() => {
                    if !matches!(timeout(TAKE, browser.send(Message::Ping(Bytes::new()))).await, Ok(Ok(()))) {
                        return Over::Said;
                    }
                }
            }
        }
        let Ok((kind, length)) = read(start) else { return lost() };
        let mut frame = vec![0; length + 1];
        if let Some((first, content)) = frame.split_first_mut() {
            *first = kind;
            if node.read_exact(content).await.is_err() {
                return lost();
            }
        }
        let sent = timeout(TAKE, browser.send(Message::Binary(frame.into()))).await;
        if !matches!(sent, Ok(Ok(()))) || kind == ToViewer::End.byte() {
            return Over::Said;
        }
    }
}

async fn up(mut browser: SplitStream<WebSocket>, mut node: WriteHalf<Socket>) -> Over {
    let mut still_here = interval_at(Instant::now() + PING, PING);
    loop {
        let message = tokio::select! {
            message = browser.next() => message,
            _ = still_here.tick() => {
                // That nothing more was shown is true, and every node understands it.
                let nothing = [&head(FromViewer::Shown.byte(), 4)[..], &0_u32.to_be_bytes()].concat();
                if node.write_all(&nothing).await.is_err() {
                    return lost();
                }
                continue;
            }
        };
        let Some(Ok(message)) = message else { return Over::Said };
        let Message::Binary(frame) = message else {
            match message {
                // A person who closes a terminal ends it; who only leaves finds it again.
                Message::Close(Some(frame)) if frame.code == close_code::NORMAL => {
                    let _ = node.write_all(&head(FromViewer::Close.byte(), 0)).await;
                    return Over::Said;
                }
                Message::Close(_) => return Over::Said,
                Message::Ping(_) | Message::Pong(_) => continue,
                Message::Text(_) | Message::Binary(_) => {
                    return Over::Because {
                        reason: "The page sent a message that the server cannot read.".to_owned(),
                        resumable: false,
                    };
                }
            }
        };
        let Some((kind, content)) = frame.split_first() else { continue };
        let whole = [&head(*kind, content.len())[..], content].concat();
        if node.write_all(&whole).await.is_err() {
            return lost();
        }
    }
}

fn lost() -> Over {
    Over::Because { reason: "The connection to the instance's node was lost.".to_owned(), resumable: true }
}
