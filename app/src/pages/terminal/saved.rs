//! Which terminals this tab of the browser had, so that a reload comes back to each of them. Kept by the browser and
//! for this tab alone: another tab has terminals of its own.

use model::id::InstanceId;
use serde::{Deserialize, Serialize};

use crate::json;
use crate::script;

#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Saved {
    /// The number of the one that is shown.
    pub(super) chosen: u32,
    /// Numbers, and ids as the server knows them.
    pub(super) open: Vec<(u32, String)>,
}

pub(super) async fn load(instance: InstanceId) -> Option<Saved> {
    json::read(&script::load(&key(instance)).await?)
}

pub(super) fn save(instance: InstanceId, saved: &Saved) {
    // What cannot be kept is not worth a word: the terminals work without it.
    if let Ok(text) = serde_json::to_string(saved) {
        script::save(&key(instance), &text);
    }
}

fn key(instance: InstanceId) -> String {
    format!("dockhost-terminals-{instance}")
}
