//! What becomes of a client whose signature was verified. That a login proves a key is written down before it opens
//! anything, and only when it does: a jump to somebody else's instance must not prove the claim that let it in.

use std::net::IpAddr;

use bytes::Bytes;
use planner::command::ssh_keys::{CONTESTED, ProofKind};
use planner::credentials::SUSPENDED;
use planner::guest::{Guest, Route, Visitor, astray, guest};
use russh::Channel;
use russh::server::Msg;

use super::Gateway;
use super::bridge::{FAILED, tell};

const NOT_ADDED: &str = "The account behind enrol+ has not added this SSH key: add it under SSH keys first.";

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

/// `fingerprint` is the key's `SHA256:…`. `None`: nobody whom this key could be.
pub(super) async fn enter(gateway: &Gateway, user: &str, fingerprint: &str, from: IpAddr) -> Option<Entry> {
    let visitor = match guest(&gateway.core.world(), user, fingerprint)? {
        Guest::Contested => return Some(refused(contested(gateway))),
        Guest::NotAdded => return Some(refused(NOT_ADDED.to_owned())),
        Guest::Suspended => return Some(refused(SUSPENDED.to_owned())),
        Guest::Visitor(Visitor { actor, key, route, user, proves }) => {
            Visitor { actor: actor.from(Some(from.to_string())), key, route, user, proves }
        }
    };
    if let Some(sentence) = astray(&gateway.core.world(), &visitor) {
        return Some(refused(sentence));
    }
    if visitor.route != Route::Enrol {
        return Some(Entry::Visitor(visitor));
    }
    if let Err(refusal) = gateway.keys.was_shown(&visitor.actor, visitor.key, ProofKind::Meant).await {
        return Some(refused(refusal.message));
    }
    let text = format!("Proved: this SSH key is {}'s here. Nobody else can use it.", visitor.actor.username);
    Some(Entry::Words { text, status: 0 })
}

/// Before anything is opened for them.
pub(super) async fn prove(gateway: &Gateway, entry: &mut Option<Entry>) {
    let Some(Entry::Visitor(visitor)) = entry else { return };
    if !visitor.proves {
        return;
    }
    match gateway.keys.was_shown(&visitor.actor, visitor.key, ProofKind::ByTheWay).await {
        Ok(()) => visitor.proves = false,
        Err(refusal) => *entry = Some(refused(refusal.message)),
    }
}

fn refused(text: String) -> Entry {
    Entry::Words { text, status: FAILED }
}

/// With what to type.
fn contested(gateway: &Gateway) -> String {
    let world = gateway.core.world();
    let way = match world.identity.ssh_address.rsplit_once(':') {
        None => String::new(),
        Some((host, "22")) => format!(" Or, with your username in place of NAME: ssh enrol+NAME@{host}"),
        Some((host, port)) => format!(" Or, with your username in place of NAME: ssh -p {port} enrol+NAME@{host}"),
    };
    format!("{CONTESTED}{way}")
}

/// Once, so that whoever came with a key that somebody else had added sees where they are.
pub(super) fn note(gateway: &Gateway, visitor: &Visitor) -> Option<String> {
    let world = gateway.core.world();
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
