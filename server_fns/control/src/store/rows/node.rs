//! Worker machines.

use serde::{Deserialize, Serialize};

use model::Timestamp;
use model::id::{NodeId, PersonId};
use model::node::{Availability, NodeFacts, NodeSettings};
use model::version::{Epoch, Generation};
use planner::world::Node;
use protocol::plain::Plain as _;

use crate::store::row::{Row, Table};

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
    peer_address: Option<String>,
    last_seen_at: Option<Timestamp>,
    created_at: Timestamp,
}

impl Row for NodeRow {
    const TABLE: Table = Table::Node;
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
            peer_address,
            last_seen_at,
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
            peer_address,
            last_seen_at,
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
            peer_address,
            last_seen_at,
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
            peer_address,
            last_seen_at,
            created_at,
        }
    }
}
