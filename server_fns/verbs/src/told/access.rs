//! The keys by which somebody comes in, and the nodes that they may use.

use model::node::{Availability, Liveness};
use model::view::{KeyStanding, NodeView, SshKeyView};

use super::table::table;

pub fn keys(keys: &[SshKeyView]) -> String {
    if keys.is_empty() {
        return "You have no SSH keys. *SSH keys* in the console adds one.\n".to_owned();
    }
    let heading = ["NAME", "KIND", "FINGERPRINT", "OPENS"].map(str::to_owned).to_vec();
    let rows = keys.iter().map(|key| {
        let opens = match (key.standing, key.may_manage) {
            (KeyStanding::Contested, _) => "nothing: another account claims it, too",
            (KeyStanding::Foreign, _) => "nothing: it is another account's",
            (KeyStanding::Proved | KeyStanding::Sole, true) => "your account",
            (KeyStanding::Proved | KeyStanding::Sole, false) => "the instances for which it is ticked",
        };
        vec![key.name.to_string(), key.algorithm.clone(), key.fingerprint.clone(), opens.to_owned()]
    });
    table(&std::iter::once(heading).chain(rows).collect::<Vec<_>>())
}

pub fn nodes(nodes: &[NodeView]) -> String {
    if nodes.is_empty() {
        return "There are no nodes. *Nodes* in the console adds one.\n".to_owned();
    }
    let heading = ["NAME", "STATE", "INSTANCES", "ADDRESS", "OWNER", ""].map(str::to_owned).to_vec();
    let rows = nodes.iter().map(|node| {
        vec![
            node.name.to_string(),
            state(node).to_owned(),
            format!("{} of {}", node.instances, node.max_instances),
            node.address.clone(),
            node.owner.as_ref().map_or_else(|| "the installation".to_owned(), ToString::to_string),
            node.alarm.clone(),
        ]
    });
    table(&std::iter::once(heading).chain(rows).collect::<Vec<_>>())
}

const fn state(node: &NodeView) -> &'static str {
    match (node.frozen, node.liveness, node.availability) {
        (true, _, _) => "frozen",
        (false, Liveness::Never, _) => "never connected",
        (false, Liveness::Offline, _) => "away",
        (false, Liveness::Online | Liveness::Late, Availability::Cordoned) => "cordoned",
        (false, Liveness::Online | Liveness::Late, Availability::Draining) => "drained",
        (false, Liveness::Late, Availability::Open) => "late",
        (false, Liveness::Online, Availability::Open) => "online",
    }
}
