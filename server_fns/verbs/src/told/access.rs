//! The keys by which somebody comes in, and the nodes that they may use.

use model::node::{Availability, Liveness};
use model::view::{InstanceView, KeyStanding, NodeView, SshKeyView};

use serde::Serialize;
use serde_json::Value;

use super::fields;
use super::table::table;

/// The fields of an instance that are about its SSH keys.
const OF_INSTANCE: [&str; 2] = ["ssh_keys", "all_ssh_keys"];

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

/// The SSH keys that an instance lets in, for programs. The instance is a view, or the JSON of one.
pub fn let_in(instance: &impl Serialize) -> Value {
    fields(instance, &OF_INSTANCE)
}

/// The same for people.
pub fn keys_of(view: &InstanceView) -> String {
    let name = &view.name;
    let names = view.ssh_keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    match (view.all_ssh_keys, names.as_str()) {
        (true, "") => format!("{name} lets in each SSH key that you add. You have none now.\n"),
        (true, names) => format!("{name} lets in all your SSH keys, also those that you add later: {names}.\n"),
        (false, "") => format!("{name} lets in no SSH key. Its terminal in the console opens it.\n"),
        (false, names) => format!("{name} lets in: {names}.\n"),
    }
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
