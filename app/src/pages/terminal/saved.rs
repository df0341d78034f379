//! Which terminals this tab of the browser had, so that a reload comes back to each of them. Kept by the browser and
//! for this tab alone: another tab has terminals of its own.

use dioxus::prelude::*;
use model::id::InstanceId;
use serde::{Deserialize, Serialize};

/// A browser may refuse to keep anything; then a reload begins anew.
const LOAD: &str = "
    const key = await dioxus.recv();
    try {
        return JSON.parse(sessionStorage.getItem(key));
    } catch {
        return null;
    }";
const SAVE: &str = "
    const [key, value] = await dioxus.recv();
    try {
        sessionStorage.setItem(key, JSON.stringify(value));
    } catch {}";

#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Saved {
    /// The number of the one that is shown.
    pub(super) chosen: u32,
    /// Numbers, and ids as the server knows them.
    pub(super) open: Vec<(u32, String)>,
}

pub(super) async fn load(instance: InstanceId) -> Option<Saved> {
    let script = document::eval(LOAD);
    script.send(key(instance)).ok()?;
    script.join::<Option<Saved>>().await.ok().flatten()
}

pub(super) fn save(instance: InstanceId, saved: &Saved) {
    // What cannot be kept is not worth a word: the terminals work without it.
    drop(document::eval(SAVE).send((key(instance), saved)));
}

fn key(instance: InstanceId) -> String {
    format!("dockhost-terminals-{instance}")
}
