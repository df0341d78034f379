//! Worker machines.

use serde::{Deserialize, Serialize};

use model::Timestamp;
use model::enrolment::EnrolmentUse;
use model::feature::Features;
use model::id::{NodeId, PersonId};
use model::node::{Availability, NodeFacts, NodeSettings};
use model::version::{Epoch, Generation};
use planner::world::{Enrolment, Node};
use protocol::plain::Plain as _;

use crate::store::row::Stored;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::store) struct NodeRow {
    id: NodeId,
    owner: Option<PersonId>,
    settings: NodeSettings,
    availability: Availability,
    key_hash: String,
    epoch: Epoch,
    machine: Option<String>,
    takeovers: Vec<Timestamp>,
    frozen: bool,
    generation: Generation,
    facts: Option<NodeFacts>,
    #[serde(default, skip_serializing_if = "Features::is_empty")]
    features: Features,
    peer_address: Option<String>,
    last_seen_at: Option<Timestamp>,
    /// `None` of a row from before 0.2.0: whoever had connected then needs no help with it.
    #[serde(default)]
    was_ready: Option<bool>,
    #[serde(default)]
    enrolment: Option<EnrolmentRow>,
    created_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct EnrolmentRow {
    code_hash: String,
    expires_at: Timestamp,
    used: Option<EnrolmentUse>,
}

impl Stored for Node {
    const TABLE: &'static str = "node";
    const SINCE: u32 = 1;
    type Row = NodeRow;

    fn id(key: &NodeId) -> String {
        key.to_string()
    }
}

impl From<&Node> for NodeRow {
    fn from(row: &Node) -> Self {
        let Node {
            id,
            owner,
            settings,
            availability,
            key_hash,
            epoch,
            machine,
            takeovers,
            frozen,
            generation,
            facts,
            features,
            peer_address,
            last_seen_at,
            was_ready,
            enrolment,
            created_at,
        } = row.clone();
        Self {
            id,
            owner,
            settings,
            availability,
            key_hash,
            epoch,
            machine,
            takeovers,
            frozen,
            generation,
            facts,
            features,
            peer_address,
            last_seen_at,
            was_ready: Some(was_ready),
            enrolment: enrolment.map(Into::into),
            created_at,
        }
    }
}

impl From<NodeRow> for Node {
    fn from(row: NodeRow) -> Self {
        let NodeRow {
            id,
            owner,
            settings,
            availability,
            key_hash,
            epoch,
            machine,
            takeovers,
            frozen,
            generation,
            facts,
            features,
            peer_address,
            last_seen_at,
            was_ready,
            enrolment,
            created_at,
        } = row;
        // Until 0.2.0 what nodes said was kept as it was.
        let facts = facts.map(|facts| facts.plain());
        Self {
            id,
            owner,
            settings,
            availability,
            key_hash,
            epoch,
            machine,
            takeovers,
            frozen,
            generation,
            facts,
            features,
            peer_address,
            was_ready: was_ready.unwrap_or(last_seen_at.is_some()),
            last_seen_at,
            enrolment: enrolment.map(Into::into),
            created_at,
        }
    }
}

impl From<Enrolment> for EnrolmentRow {
    fn from(row: Enrolment) -> Self {
        let Enrolment { code_hash, expires_at, used } = row;
        Self { code_hash, expires_at, used }
    }
}

impl From<EnrolmentRow> for Enrolment {
    fn from(row: EnrolmentRow) -> Self {
        let EnrolmentRow { code_hash, expires_at, used } = row;
        Self { code_hash, expires_at, used }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE: &str = r#"{"id": "n-0000000000000001", "owner": null, "availability": "open", "key_hash": "k",
        "settings": {"name": "lab-1", "lab": null, "address": null, "max_instances": 10,
        "host_ports": {"first": 1024, "last": 32767}}, "epoch": 3,
        "machine": null, "takeovers": [], "frozen": false, "generation": 7, "facts": null, "peer_address": null,
        "last_seen_at": null, "created_at": "2026-01-01T00:00:00Z"}"#;

    fn read(text: &str) -> Node {
        serde_json::from_str::<NodeRow>(text).unwrap().into()
    }

    #[test]
    fn a_node_of_before_that_had_connected_was_ready() {
        assert_eq!((read(BEFORE).was_ready, read(BEFORE).enrolment), (false, None));
        assert!(read(BEFORE).features.is_empty());
        let seen = BEFORE.replace(r#""last_seen_at": null"#, r#""last_seen_at": "2026-01-02T00:00:00Z""#);
        assert!(read(&seen).was_ready);
    }

    #[test]
    fn a_code_is_kept_as_its_hash_with_what_became_of_it() {
        let at = "2026-01-01T00:15:00Z".parse().unwrap();
        let used = Some(EnrolmentUse { at, address: "192.0.2.7".to_owned() });
        for used in [None, used] {
            let enrolment = Some(Enrolment { code_hash: "c".to_owned(), expires_at: at, used });
            let features = Features::from(vec!["doors".to_owned(), "volumes".to_owned()]);
            let node = Node { enrolment, features, ..read(BEFORE) };
            let text = serde_json::to_string(&NodeRow::from(&node)).unwrap();
            assert_eq!(read(&text), node);
        }
    }
}
