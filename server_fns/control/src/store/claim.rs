//! What must be unique, as texts. The text is the key of a record of the table `claim`, and a record can be created
//! once: that holds for every engine and under concurrency, where an index might not.

use std::collections::BTreeSet;

use model::forward::Place;
use planner::world::{Idempotency, Instance, Person, SshKey};
use surrealdb::types::RecordId;

pub(super) type Claims = BTreeSet<String>;

pub(super) fn record(claim: &str) -> RecordId {
    RecordId::new("claim", claim)
}

pub(super) fn of_person(person: &Person) -> Claims {
    Claims::from([format!("username {}", person.username), format!("email {}", person.email)])
}

pub(super) fn of_ssh_key(key: &SshKey) -> Claims {
    Claims::from([format!("ssh-key {} {}", key.person, key.fingerprint)])
}

/// Tombstones keep theirs: they are free when the row is gone.
pub(super) fn of_instance(instance: &Instance) -> Claims {
    let of_node = instance.host_ports.host_ports().chain(instance.forwarded_ports(Place::Node));
    let of_node = of_node.map(|port| format!("port {} {}", instance.node, port.0));
    let of_gateway = instance.forwarded_ports(Place::Gateway).map(|port| format!("port gateway {}", port.0));
    let url = format!("url {}", instance.spec.url_name);
    of_node.chain(of_gateway).chain([format!("instance {} {}", instance.owner, instance.spec.name), url]).collect()
}

pub(super) fn of_idempotency(answer: &Idempotency) -> Claims {
    Claims::from([format!("idempotency {} {}", answer.person, answer.key)])
}
