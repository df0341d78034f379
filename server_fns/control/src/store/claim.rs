//! What must be unique, as texts. The text is the key of a record of the table `claim`, and a record can be created
//! once: that holds for every engine and under concurrency, where an index might not.

use std::collections::BTreeSet;

use model::forward::Place;
use planner::world::{Idempotency, Instance, KeyProof, Person, SshKey};
use surrealdb::types::RecordId;

pub(super) type Claims = BTreeSet<String>;

pub(super) fn record(claim: &str) -> RecordId {
    RecordId::new("claim", claim)
}

pub(super) fn of_person(person: &Person) -> Claims {
    Claims::from([format!("username {}", person.username), format!("email {}", person.email)])
}

pub(super) fn of_ssh_key(key: &SshKey) -> Claims {
    let proved = matches!(key.proof, KeyProof::At(_)).then(|| format!("proved-key {}", key.fingerprint));
    [format!("ssh-key {} {}", key.person, key.fingerprint)].into_iter().chain(proved).collect()
}

/// Tombstones keep theirs: they are free when the row is gone.
pub(super) fn of_instance(instance: &Instance) -> Claims {
    let of_node = instance.host_ports.host_ports().chain(instance.forwarded_ports(Place::Node));
    let of_node = of_node.map(|port| format!("port {} {}", instance.node, port.0));
    // Records of 0.2 and before are called so. One of another name would hold the number once more, beside the old one.
    let of_server = instance.forwarded_ports(Place::Server).map(|port| format!("port gateway {}", port.0));
    // The others are called by what is claimed already.
    let url = Some(&instance.spec.url_name).filter(|name| !name.is_empty()).map(|name| format!("url {name}"));
    let name = format!("instance {} {}", instance.owner, instance.spec.name);
    of_node.chain(of_server).chain(url).chain([name]).collect()
}

pub(super) fn of_idempotency(answer: &Idempotency) -> Claims {
    Claims::from([format!("idempotency {} {}", answer.person, answer.key)])
}
