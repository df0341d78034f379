//! What becomes of a client whose signature was verified. That a login proves a key is written down before it opens
//! anything.

use bytes::Bytes;
use planner::command::ssh_keys::{CONTESTED, Shown};
use planner::guest::{Guest, Route, Visitor, guest};
use russh::Channel;
use russh::server::Msg;

use super::bridge::{FAILED, tell};
use crate::handle::Handle;

/// What there is for somebody who has logged in.
#[derive(Debug, Clone)]
pub(super) enum Entry {
    Visitor(Visitor),
    /// A sentence, and nothing else.
    Words {
        text: String,
        status: u32,
    },
}

/// `public_key` is `type base64`. `None`: nobody whom this key could be.
pub(super) async fn enter(handle: &Handle, user: &str, public_key: &str) -> Option<Entry> {
    let visitor = match guest(&handle.world(), user, public_key)? {
        Guest::Contested => return Some(refused(contested(handle))),
        Guest::Visitor(visitor) => visitor,
    };
    if !visitor.proves {
        return Some(Entry::Visitor(visitor));
    }
    let how = if visitor.route == Route::Enrol { Shown::Meant } else { Shown::ByTheWay };
    if let Err(refusal) = handle.key_was_shown(visitor.actor.person, visitor.key, how).await {
        return Some(refused(refusal.message));
    }
    let text = format!("Proved: this SSH key is {}'s here. Nobody else can use it.", visitor.actor.username);
    match visitor.route {
        Route::Enrol => Some(Entry::Words { text, status: 0 }),
        Route::Instance(_) | Route::NotAdmitted(_) | Route::Lobby => Some(Entry::Visitor(visitor)),
    }
}

fn refused(text: String) -> Entry {
    Entry::Words { text, status: FAILED }
}

/// With what to type.
fn contested(handle: &Handle) -> String {
    let world = handle.world();
    let way = match world.identity.ssh_address.rsplit_once(':') {
        None => String::new(),
        Some((host, "22")) => format!(" Or, with your username in place of NAME: ssh enrol+NAME@{host}"),
        Some((host, port)) => format!(" Or, with your username in place of NAME: ssh -p {port} enrol+NAME@{host}"),
    };
    format!("{CONTESTED}{way}")
}

/// Once, so that whoever came with a key that somebody else had added sees where they are.
pub(super) fn note(handle: &Handle, visitor: &Visitor) -> Option<String> {
    let world = handle.world();
    let key = world.ssh_keys.get(&visitor.key).filter(|_| visitor.proves)?;
    let person = &visitor.actor.username;
    Some(format!("This login has proved that the SSH key “{}” is {person}'s here: you are {person}.", key.name))
}

/// All that there is for this client.
pub(super) async fn say_words(channel: Channel<Msg>, text: String, status: u32) {
    let (_from, to) = channel.split();
    if status == 0 {
        // The client may be gone, here and below.
        let _ = to.data_bytes(Bytes::from(format!("{text}\r\n"))).await;
    } else {
        tell(&to, text).await;
    }
    let _ = to.exit_status(status).await;
    let _ = to.eof().await;
    let _ = to.close().await;
}
